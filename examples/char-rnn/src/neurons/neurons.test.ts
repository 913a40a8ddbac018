import fc from "fast-check";
import { compile, fromArray, softmax, tensor, type Tensor, type Value } from "@unroll/core";
import { init } from "@unroll/layers";
import { byteVocabulary, codePointVocabulary } from "@unroll/data";
import { describe, expect, test } from "vitest";
import { plain } from "../../test/small.ts";
import { tensorsIn } from "../../test/tensors-in.ts";
import { OptionError } from "../command-line/option.ts";
import { charRnn, type Carry, type Params } from "../model/model.ts";
import { neuronsPage } from "./neurons.ts";
import { colour } from "./page.ts";
import { predicatesOf } from "./predicates.ts";
import { correlation, rank, separation } from "./rank.ts";
import { gatesOf, record } from "./record.ts";

const text = 'f(a, "b c") {\n  x = [1];\n}\n';
const letters = [...text];
const values = (name: string, of: readonly string[] = letters) =>
  predicatesOf(of).find((predicate) => predicate.name === name)!.values;
const where = (name: string, of: string): string =>
  [...of].filter((_, i) => values(name, [...of])[i] === 1).join("");

describe("predicates", () => {
  test("inside quotes: from the opening one up to the closing one", () => {
    expect(where("inside quotes", 'a "b c" d “e” f')).toBe('"b c“e');
    expect(where("inside quotes", "a 'b' \"c\n\nd")).toBe('"c\n');
  });
  test("inside brackets, and how deep; a bracket that was not opened closes nothing", () => {
    expect(where("inside brackets", "a(b[c]d)e)f")).toBe("(b[c]d");
    expect(values("depth of brackets", [..."a(b[c]d)e)"])).toEqual([0, 1, 1, 2, 2, 1, 1, 0, 0, 0]);
  });
  test("position in the line", () => {
    expect(values("position in the line", [..."ab\nc"])).toEqual([1, 2, 0, 1]);
  });
  test("depth of indentation, once the line has begun", () => {
    expect(values("depth of indentation", [..."a\n  b c\n\td"])).toEqual([
      0,
      undefined,
      undefined,
      undefined,
      2,
      2,
      2,
      undefined,
      undefined,
      4,
    ]);
  });
});

describe("scores", () => {
  test("separation is 2 AUC - 1, by all pairs", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean()), { minLength: 2 }),
        (places) => {
          const [yes, no] = [places.filter(([, so]) => so), places.filter(([, so]) => !so)];
          fc.pre(yes.length > 0 && no.length > 0);
          const wins = yes.flatMap(([x]) => no.map(([y]): number => (x > y ? 1 : x === y ? 0.5 : 0)));
          const expected = (2 * wins.reduce((a, b) => a + b, 0)) / wins.length - 1;
          const found = separation(
            places.map(([x]) => x),
            places.map(([, so]) => Number(so)),
          );
          expect(found).toBeCloseTo(expected, 10);
        },
      ),
    );
  });
  test("correlation is Pearson's", () => {
    expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
    expect(correlation([1, 2, 3, 4], [1, 3, 2, 1])).toBeCloseTo(-0.5 / Math.sqrt(5 * 2.75), 12);
    expect(correlation([1, 1, 1], [1, 2, 3])).toBe(0);
  });
});

test("the planted cell is found among noise, whichever way it turns", () => {
  const noise = (seed: number) => Float32Array.from(letters, (_, i) => Math.sin(seed * 12.9898 + i * 78.233));
  for (const predicate of predicatesOf(letters)) {
    const planted = Float32Array.from(letters, (_, i) => -0.8 * (predicate.values[i] ?? 0));
    const [first, second] = rank(predicate, [noise(1), noise(2), planted, noise(3)]);
    expect(first!.cell, predicate.name).toBe(2);
    expect(first!.score).toBeCloseTo(1, 6);
    expect(first!.rises).toBe(false);
    expect(second!.score).toBeLessThan(0.7);
  }
});

test("a predicate that is the same everywhere ranks no cell", () => {
  const same = { name: "never", isYesOrNo: true, values: [0, 0, 0] };
  expect(rank(same, [Float32Array.of(1, 2, 3)])).toEqual([]);
});

describe("a recording", () => {
  const vocabulary = codePointVocabulary(text);
  const ids = vocabulary.encode(text.repeat(9));
  const model = charRnn({ ...plain, layers: 2, size: 3 }, vocabulary.size);
  const params = init(model.spec, 1);
  const recording = record(model, params, ids);

  test("has every cell under its name", () => {
    expect(recording.names).toEqual(
      [1, 2].flatMap((layer) => ["c", "h"].flatMap((s) => [0, 1, 2].map((unit) => `${layer}.${s}.${unit}`))),
    );
    expect(recording.activations.map((row) => row.length)).toEqual(recording.names.map(() => ids.length));
  });

  test("holds what the model does, whatever the pieces it was read in", () => {
    const read = (p: Params, c: Carry, x: Value) => {
      const [next, logits] = model.read(p, c, x);
      return { next, odds: softmax(logits) };
    };
    const x = fromArray({ dtype: "i32", shape: [ids.length, 1] }, ids);
    const { next, odds } = compile(read)(params, model.start(1), x);
    const state = tensorsIn(next);
    const last = (name: string): number => recording.activations[recording.names.indexOf(name)]!.at(-1)!;
    [0, 1, 2].forEach((unit) => {
      expect(last(`2.h.${unit}`)).toBeCloseTo(state("[1].h").data[unit]!, 5);
      expect(last(`2.c.${unit}`)).toBeCloseTo(state("[1].c").data[unit]!, 5);
    });
    const row = Array.from(odds.data.subarray(-vocabulary.size));
    const guesses = recording.expected.at(-1)!;
    const sure = guesses.map((guess) => guess.odds);
    expect(sure).toEqual(sure.toSorted((a, b) => b - a));
    expect(guesses[0]!.odds).toBeCloseTo(Math.max(...row), 5);
    expect(row.indexOf(Math.max(...row))).toBe(guesses[0]!.id);
  });

  test("counts how often gates are shut and open", () => {
    expect(gatesOf(model)).toEqual(["f", "i", "o"]);
    // Forget gates that nothing moves, at biases of -9, 0 and 9.
    const at = tensorsIn(params.rnn);
    const zero = ({ shape, data }: Tensor): Tensor => tensor(new Float32Array(data.length), { shape });
    const b = tensor([0, 0, 0, -9, 0, 9, 0, 0, 0, 0, 0, 0]);
    const stuck = {
      ...params,
      rnn: params.rnn.with(0, { wx: zero(at("[0].wx")), wh: zero(at("[0].wh")), b }),
    };
    const { gates } = record(model, stuck, ids);
    expect(gates.map(({ name, layer }) => `${name}${layer}`)).toEqual(["f1", "f2", "i1", "i2", "o1", "o2"]);
    expect([...gates[0]!.shut]).toEqual([1, 0, 0]);
    expect([...gates[0]!.open]).toEqual([0, 0, 1]);
  });
});

describe("the page", () => {
  const vocabulary = codePointVocabulary(`${text}<>&'`);
  const model = charRnn({ ...plain, cell: "gru" }, vocabulary.size);
  const params = init(model.spec, 1);
  const ids = vocabulary.encode(`<b>&'${text}`.repeat(3));
  const options = { title: "A <title>", symbols: 40, rankOn: 80, neuron: "1.h.2" };
  const page = neuronsPage(model, params, vocabulary, ids, options);

  test("shows each symbol with five guesses below it, and every tag is closed", () => {
    expect(page.match(/<span class="at">/g)).toHaveLength(40);
    expect(page.match(/<i style=/g)).toHaveLength(200);
    for (const tag of [
      "span",
      "b",
      "i",
      "select",
      "option",
      "table",
      "div",
      "script",
      "style",
      "svg",
      "button",
    ]) {
      const count = (pattern: string): number => page.match(new RegExp(pattern, "g"))?.length ?? 0;
      expect(count(`<${tag}[ >]`), tag).toBe(count(`</${tag}>`));
    }
  });

  test("keeps apart what is longer than a character, and only that", () => {
    expect(page).toContain('<div id="text">');
    const bytes = byteVocabulary("é");
    const model = charRnn(plain, bytes.size);
    const ids = bytes.encode("éé");
    const hex = neuronsPage(model, init(model.spec, 1), bytes, ids, { ...options, neuron: undefined });
    expect(hex).toContain('<div id="text" class="apart">');
    expect(hex.match(/>c3<\/b>/g)).toHaveLength(2);
  });

  test("shows text as text", () => {
    expect(page).toContain("<title>A &lt;title&gt;</title>");
    expect(page).toMatch(/<b style="[^"]*">&lt;<\/b>/);
    expect(page).toMatch(/<b style="[^"]*">&amp;<\/b>/);
  });

  test("begins with the cell that was asked for, and has the values of all that it names", () => {
    const [, json] = /id="values">(.*?)<\/script>/.exec(page)!;
    const shown = JSON.parse(json!) as Record<string, number[]>;
    const offered = [...page.matchAll(/<option value="([^"]+)"/g)].map(([, name]) => name!);
    expect(offered[0]).toBe("1.h.2");
    expect(Object.keys(shown)).toEqual(offered);
    const activations = record(model, params, ids).activations[2]!;
    shown["1.h.2"]!.forEach((value, i) => expect(Math.abs(value - activations[i]!)).toBeLessThan(0.006));
    for (const [, name] of page.matchAll(/data-cell="([^"]+)"/g)) expect(offered).toContain(name);
  });

  test("has a picture of each gate, and needs no other file", () => {
    expect([...page.matchAll(/aria-label="gate (\w) of layer (\d)"/g)].map(([, gate]) => gate)).toEqual([
      "r",
      "z",
    ]);
    expect(page).not.toMatch(/(src|href)=/);
  });

  test("a cell that there is not is answered with the names", () => {
    expect(() => neuronsPage(model, params, vocabulary, ids, { ...options, neuron: "2.c.0" })).toThrow(
      new OptionError("--neuron: there is no 2.c.0. Cells are called 1.h.0 to 1.h.5."),
    );
  });

  test("colours go from blue over nothing to green", () => {
    expect([colour(-1), colour(0), colour(1)]).toEqual([
      "rgb(0 0 255 / 0.600)",
      "rgb(0 200 0 / 0.000)",
      "rgb(0 200 0 / 0.600)",
    ]);
  });
});
