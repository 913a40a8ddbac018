import { codePointVocabulary } from "@unroll/data";
import { init } from "@unroll/layers";
import { describe, expect, test, vi } from "vitest";
import { browser, patience, reportOf } from "../../../../packages/testing/test/browser/chromium.ts";
import { plain } from "../../test/small.ts";
import { charRnn } from "../model/model.ts";
import { neuronsPage } from "./neurons.ts";
import { record } from "./record.ts";

const text = 'f(a, "b c") {\n  x = [1];\n}\n'.repeat(3);
const vocabulary = codePointVocabulary(text);
const ids = vocabulary.encode(text);
const model = charRnn({ ...plain, cell: "gru" }, vocabulary.size);
const params = init(model.spec, 1);
const symbols = 40;
const page = neuronsPage(model, params, vocabulary, ids, {
  title: "Cells",
  symbols,
  rankOn: ids.length,
  neuron: "1.h.2",
});
const { names, activations } = record(model, params, ids);

/** How much of its colour every symbol has, by one cell: positive for green, negative for blue. */
const strengths = (name: string): readonly number[] =>
  Array.from(activations[names.indexOf(name)]!.subarray(0, symbols), (x) => 0.6 * x);

/** The colours that a browser tells, as such strengths. */
const told = (colours: readonly string[]): readonly number[] =>
  colours.map((colour) => {
    const [, , green, blue, strength = 1] = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(colour)!;
    return Math.sign(Number(green) - Number(blue)) * Number(strength);
  });

/** What a script leaves that uses the page as a reader does: the body of an asynchronous function. */
function use<Told>(script: string): Promise<Told> {
  const driver = `<script>(async () => {
    const colours = () => [...places].map((place) => getComputedStyle(place).backgroundColor);
    const told = await (async () => { ${script} })().catch((error) => String(error));
    await fetch("/report", { method: "POST", body: JSON.stringify(told) });
  })();</script>`;
  const driven = page.replace("</body>", () => `${driver}</body>`);
  const program = `document.open(); document.write(${JSON.stringify(driven)}); document.close();`;
  return reportOf(program, { isIsolated: false }) as Promise<Told>;
}

vi.setConfig({ testTimeout: 1.2 * patience });

describe.skipIf(!browser)(browser ? "in Chromium" : "in Chromium (skipped: none is installed)", () => {
  // A browser keeps a strength as one of 256, and tells as many digits as it takes to find that one again.
  const browsers = 1 / 255;
  // The page has values in hundredths and strengths in thousandths.
  const lost = 0.6 * 0.005 + 0.0005 + browsers;
  const expectColours = (found: readonly string[], name: string): void => {
    expect(found).toHaveLength(symbols);
    const expected = strengths(name);
    told(found).forEach((x, i) => expect(Math.abs(x - expected[i]!), `${name} at ${i}`).toBeLessThan(lost));
  };

  test("the text is coloured by the cell that is chosen, in the list or in the ranking", async () => {
    const found = await use<{
      readonly first: readonly string[];
      readonly second: { readonly cell: string; readonly colours: readonly string[] };
      readonly ranked: {
        readonly cell: string;
        readonly colours: readonly string[];
        readonly chosen: string;
        readonly top: number;
        readonly focused: string;
      };
    }>(`
      const first = colours();
      choice.selectedIndex = 1;
      choice.dispatchEvent(new Event("change", { bubbles: true }));
      const second = { cell: choice.value, colours: colours() };
      const button = [...document.querySelectorAll("#ranking button")]
        .find(({ textContent }) => textContent !== choice.value && textContent !== choice.options[0].value);
      button.scrollIntoView();
      button.focus();
      button.click();
      const { scrollY: top, document: { activeElement: { id: focused } } } = window;
      return { first, second, ranked: { cell: button.textContent, colours: colours(), chosen: choice.value, top, focused } };
    `);
    expectColours(found.first, "1.h.2");
    expectColours(found.second.colours, found.second.cell);
    expectColours(found.ranked.colours, found.ranked.cell);
    expect(new Set(["1.h.2", found.second.cell, found.ranked.cell]).size).toBe(3);
    expect(found.ranked).toMatchObject({ chosen: found.ranked.cell, top: 0, focused: "cell" });
  });

  test("guesses go and come back; the redder, the surer", async () => {
    const found = await use<{ readonly heights: readonly number[]; readonly reds: readonly string[] }>(`
      const heights = [0, 1, 2].map(() => {
        const { height } = document.querySelector(".at").getBoundingClientRect();
        document.getElementById("guesses").click();
        return height;
      });
      const reds = [...document.querySelector(".at").querySelectorAll("i")];
      return { heights, reds: reds.map((guess) => getComputedStyle(guess).backgroundColor) };
    `);
    const [shown, hidden, again] = found.heights;
    expect(hidden).toBeLessThan(shown! / 2);
    expect(again).toBe(shown);
    const { expected } = record(model, params, ids);
    const reds = found.reds.map((colour) => Number(/^rgba\(255, 0, 0, ([\d.]+)\)$/.exec(colour)![1]));
    reds.forEach((red, i) =>
      expect(Math.abs(red - 0.8 * expected[0]![i]!.odds)).toBeLessThan(0.0005 + browsers),
    );
  });

  test("nothing stands out at the side of a narrow page", async () => {
    const found = await use<{ readonly wide: number; readonly has: number }>(`
      document.querySelectorAll("script").forEach((script) => script.remove());
      const frame = document.createElement("iframe");
      frame.style.cssText = "width: 320px; height: 600px; border: 0";
      const loaded = new Promise((resolve) => { frame.onload = resolve; });
      frame.srcdoc = document.documentElement.outerHTML;
      document.body.append(frame);
      await loaded;
      const { scrollWidth: wide, clientWidth: has } = frame.contentDocument.documentElement;
      return { wide, has };
    `);
    expect(found.has).toBeGreaterThan(300);
    expect(found.wide).toBe(found.has);
  });
});
