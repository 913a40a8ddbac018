import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  captureSource,
  compile,
  log,
  matmul,
  scan,
  stateful,
  sub,
  take,
  tensor,
  trace,
  type Value,
} from "@unroll/core";
import { afterAll, expect, test } from "vitest";
import { drawTo, writeDrawing } from "./node.ts";

const folder = mkdtempSync(join(tmpdir(), "unroll-inspect-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(at(name), "utf8");

/** The vertex of a picture that is filled red. */
const red = (svg: string): string => {
  const nodes = svg.match(/<g id="\w+" class="node">[^]*?<\/g>\n<\/g>/g) ?? [];
  const found = nodes.filter((node) => node.includes('fill="#e5383b"'));
  expect(found).toHaveLength(1);
  return [...found[0]!.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text).join(" ");
};

/** The words of a picture, without the blanks that keep lines apart from its edge. */
const textOf = (svg: string): string =>
  [...svg.matchAll(/<text[^>]*>([^<]*)</g)]
    .map(([, text]) => text!.replaceAll("\u00a0", "").replaceAll("&#45;", "-"))
    .join(" ");

const step = (w: Value, h: Value, xs: Value): Value =>
  scan((s: Value, x: Value) => [log(matmul(sub(s, x), w)), undefined], h, xs)[0];
const [h, xs] = [tensor([[1, 2]]), tensor([[[0, 1]], [[-1, 3]]])];

test("the file's name says what is written", () => {
  const graph = trace(
    step,
    tensor([
      [1, 0],
      [0, 1],
    ]),
    h,
    xs,
  );
  writeDrawing(at("a.dot"), graph);
  writeDrawing(at("a.svg"), graph);
  writeDrawing(at("a.html"), graph);
  expect(read("a.dot")).toMatch(/^digraph/);
  expect(read("a.svg")).toMatch(/^<svg/);
  expect(read("a.html")).toMatch(/^<!doctype html>/);
  expect(() => writeDrawing(at("a.png"), graph)).toThrow(
    /a\.png" ends in none of \.svg, \.html and \.dot\.$/,
  );
});

test("a NaN draws the graph with the node that made it in red", () => {
  const run = compile(step, { checks: "finite", onError: drawTo(at("nan.svg")) });
  expect(() =>
    run(
      tensor([
        [1, 0],
        [0, 1],
      ]),
      h,
      xs,
    ),
  ).toThrow("log: matmul f32[1, 2]");
  expect(red(read("nan.svg"))).toBe("log f32[1, 2]");
  expect(textOf(read("nan.svg"))).toContain("the result at [0, 1] is NaN, of -3, at step 1 of scan.");
});

test("an index out of range does", () => {
  const look = (table: Value, x: Value): [Value, Value] => [table, take(table, x)];
  const looking = stateful(look, tensor([1, 2]), { checks: "indices", onError: drawTo(at("index.svg")) });
  expect(() => looking.step(tensor([5], { dtype: "i32" }))).toThrow("index 5 is outside");
  expect(red(read("index.svg"))).toMatch(/^take/);
});

test("an op that is refused is drawn on its operands, with its line", () => {
  captureSource(true);
  try {
    const run = compile(step, { onError: drawTo(at("built.svg")) });
    expect(() => run(tensor([[1], [2], [3]]), h, xs)).toThrow("inner sizes 2 and 3 differ");
  } finally {
    captureSource(false);
  }
  const svg = read("built.svg");
  expect(red(svg)).toBe("matmul");
  expect(svg).toMatch(/xlink:title="matmul&#10;node\.test\.ts:\d+"/);
  // It is part of a step that has not returned.
  expect(svg).toContain(">step of scan<");
  // The two operands lead to it, and nothing leaves it.
  const id = /id="(v\d+)" class="node">\n<title>\w+<\/title>\n<g [^>]*><a xlink:title="matmul/.exec(svg)![1]!;
  expect(svg.match(new RegExp(`&#45;&gt;${id}<`, "g"))).toHaveLength(2);
  expect(svg).not.toContain(`>${id}&#45;`);
});
