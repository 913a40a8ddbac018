import { add, mul, scan, sigmoid, stack, tanh, tensor, trace, type Value } from "@unroll/core";
import { expect, test } from "vitest";
import { drawPasses, type Drawing } from "../index.ts";

/** Titles of vertices that are filled with a colour. */
const filled = ({ picture }: Drawing, color: string): readonly string[] =>
  picture.vertices.filter(({ attributes }) => attributes["fillcolor"] === color).map(({ title }) => title);
const [red, green] = ["#fbdcdc", "#d3f3d0"] as const;

test("each pass that changes the graph is drawn before and after, with what it takes away and what it makes", () => {
  const f = (x: Value) => tanh(add(mul(x, 1), 0));
  const passes = drawPasses(trace(f, tensor([1, 2])));
  const simplify = passes.find(({ name }) => name === "simplify")!;
  expect([...filled(simplify.before, red)].sort()).toEqual(["add", "full", "full", "mul"]);
  // The tanh of something else is the tanh that was there.
  expect(filled(simplify.after, green)).toEqual([]);
  expect(simplify.after.picture.vertices.map(({ title }) => title)).toEqual(["x", "tanh", "output"]);
  passes.slice(1).forEach(({ before }, i) => {
    expect(before.picture.edges).toEqual(passes[i]!.after.picture.edges);
  });
});

test("what a pass makes inside of a scan, and before it, is marked", () => {
  const f = (w: Value, x: Value) =>
    scan((s: Value, y: Value) => [sigmoid(add(s, mul(tanh(w), y))), undefined], w, stack([x, x]))[0];
  const passes = drawPasses(trace(f, tensor([1]), tensor([2])));
  const hoisted = passes.find(({ name }) => name === "hoistInvariant")!;
  const inside = ({ picture }: Drawing, title: string): boolean =>
    picture.vertices.find((vertex) => vertex.title === title)!.box !== undefined;
  expect([inside(hoisted.before, "tanh"), inside(hoisted.after, "tanh")]).toEqual([true, false]);
  expect(hoisted.after.svg).toContain("scan over 2 steps");
});
