import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { add, scan, stack, tensor, trace, type Value } from "@unroll/core";
import { writePasses, writeDrawing } from "@unroll/inspect/node";
import { afterAll, describe, expect, test, vi } from "vitest";
import { browser, patience, reportOf } from "../../testing/test/browser/chromium.ts";
import { batch, loss, params } from "./models.ts";

const folder = mkdtempSync(join(tmpdir(), "unroll-page-"));
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * Open a page, let a script use it as a reader does, and return what the script leaves. The script is the body of an
 * asynchronous function that sees the page's viewer.
 */
function use(file: string, script: string): Promise<unknown> {
  const driven = `viewer.start();
    const told = await (async () => { ${script} })().catch((error) => String(error));
    await fetch("/report", { method: "POST", body: JSON.stringify(told) });`;
  const page = readFileSync(file, "utf8").replace("viewer.start();", () => driven);
  const program = `document.open(); document.write(${JSON.stringify(page)}); document.close();`;
  return reportOf(program, { isIsolated: false });
}

const closed = trace(loss, params, batch);
vi.setConfig({ testTimeout: 1.2 * patience });

describe.skipIf(!browser)(browser ? "in Chromium" : "in Chromium (skipped: none is installed)", () => {
  test("a page draws the graph; a click tells what a value is, of what it is made and who uses it", async () => {
    const file = join(folder, "graph.html");
    writeDrawing(file, closed, { fold: [] });
    const told = (await use(
      file,
      `
      const panel = document.getElementById("panel");
      const click = (title) => {
        const { id } = viewer.stage.picture.vertices.find((vertex) => vertex.title === title);
        document.querySelector("#drawing #" + id + " text").dispatchEvent(new MouseEvent("click", { bubbles: true }));
      };
      const nodes = document.querySelectorAll("#drawing g.node").length;
      click("split");
      const split = panel.innerText;
      const marked = [document.querySelectorAll(".selected").length, document.querySelectorAll(".near").length];
      [...panel.querySelectorAll("li")].find((item) => item.innerText.startsWith("f ")).click();
      return { nodes, split, marked, then: panel.querySelector("h2").innerText };
      `,
    )) as { nodes: number; split: string; marked: readonly number[]; then: string };
    expect(told.nodes).toBe(60);
    expect(told.split).toContain("split axis=1 sizes=[16, 16, 16, 16]");
    expect(told.split).toMatch(/made of\s+add f32\[2, 64\]\s+used by\s+i f32\[2, 16\]\s+f f32\[2, 16\]/);
    // It is made of one value and used by four gates.
    expect(told.marked).toEqual([1, 5]);
    expect(told.then).toBe("f");
  });

  test("boxes fold and unfold, search finds, and what it finds is unfolded and shown", async () => {
    const file = join(folder, "folding.html");
    writeDrawing(file, closed, { fold: [] });
    const told = (await use(
      file,
      `
      const count = () => document.querySelectorAll("#drawing g.node").length;
      const all = count();
      const { id } = viewer.stage.picture.boxes.find(({ kind }) => kind === "scan");
      document.querySelector("#" + id + " text").dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
      const folded = count();
      const search = document.getElementById("search");
      search.value = "SIGMOID";
      search.oninput();
      const found = document.getElementById("panel").innerText;
      document.querySelector("#panel li").click();
      const canvas = document.getElementById("canvas").getBoundingClientRect();
      const at = document.querySelector(".selected").getBoundingClientRect();
      const middle = Math.hypot(
        at.left + at.width / 2 - canvas.left - canvas.width / 2,
        at.top + at.height / 2 - canvas.top - canvas.height / 2,
      );
      const unfolded = count();
      document.getElementById("fold").click();
      return { all, folded, found, unfolded, middle, foldedAll: count() };
      `,
    )) as Record<string, number> & { found: string };
    expect(told.all).toBe(60);
    // The body of the scan has 18 vertices; one stands for them.
    expect(told.folded).toBe(60 - 18 + 1);
    expect(told.found).toMatch(/^3 found/);
    expect(told.unfolded).toBe(60);
    expect(told.middle).toBeLessThan(2);
    expect(told.foldedAll).toBeLessThan(told.folded!);
  });

  test("it is moved by dragging, and zoomed by the wheel around the pointer", async () => {
    const file = join(folder, "moving.html");
    writeDrawing(file, closed);
    const told = (await use(
      file,
      `
      const canvas = document.getElementById("canvas");
      const { left, top } = canvas.getBoundingClientRect();
      const before = { ...viewer.view };
      const at = (type, x, y, more) => new (type === "wheel" ? WheelEvent : PointerEvent)(type, { clientX: x, clientY: y, bubbles: true, button: 0, ...more });
      canvas.dispatchEvent(at("pointerdown", 100, 200));
      canvas.dispatchEvent(at("pointermove", 130, 260));
      dispatchEvent(at("pointerup", 130, 260));
      canvas.dispatchEvent(at("pointermove", 500, 500));
      viewer.select("v0");
      canvas.dispatchEvent(new MouseEvent("click", { bubbles: true }));
      const stillSelected = viewer.selected;
      const moved = { ...viewer.view };
      canvas.dispatchEvent(at("wheel", 150, 170, { deltaY: -300, cancelable: true }));
      const zoomed = { ...viewer.view };
      const under = ({ x, y, scale }) => [(150 - left - x) / scale, (170 - top - y) / scale];
      return { stillSelected, moved: [moved.x - before.x, moved.y - before.y], grown: zoomed.scale / moved.scale, under: [under(moved), under(zoomed)] };
      `,
    )) as {
      stillSelected: string;
      moved: readonly number[];
      grown: number;
      under: readonly (readonly number[])[];
    };
    // Letting go after a drag is no click.
    expect(told.stillSelected).toBe("v0");
    told.moved.forEach((x, i) => expect(x).toBeCloseTo([30, 60][i]!, 9));
    expect(told.grown).toBeCloseTo(Math.exp(0.45), 10);
    told.under[0]!.forEach((x, i) => expect(told.under[1]![i]).toBeCloseTo(x, 6));
  });

  test("the compiler's story has a stage for each pass, before and after", async () => {
    const file = join(folder, "passes.html");
    const small = (x: Value): Value =>
      scan((s: Value, y: Value) => [add(add(s, 0), y), s], x, stack([x, x]))[0];
    writePasses(file, trace(small, tensor([1, 2])));
    const told = (await use(
      file,
      `
      const choice = document.getElementById("stage");
      const names = [...choice.options].map(({ text }) => text);
      const counts = names.map((_, i) => {
        choice.value = String(i);
        choice.onchange();
        return document.querySelectorAll("#drawing g.node").length;
      });
      return { names, counts };
      `,
    )) as { names: readonly string[]; counts: readonly number[] };
    expect(told.names[0]).toBe("as written");
    expect(told.names).toContain("before simplify");
    expect(told.names).toContain("after simplify");
    const [before, after] = ["before simplify", "after simplify"].map(
      (name) => told.counts[told.names.indexOf(name)]!,
    );
    expect(after).toBeLessThan(before!);
    expect(told.counts.every((count) => count > 2)).toBe(true);
  });
});
