import { expect, test } from "vitest";
import { add, compile, explain, gradient, input, mul, scan, sum, tensor, type Value } from "../index.ts";

test("explain tells the size of a graph, what passes make of it, and the graph", () => {
  const x = input({ dtype: "f32", shape: [2] }, "x");
  const text = explain({ inputs: [x], outputs: [sum(mul(add(x, 0), 1))] });
  expect(text).toMatch(/^5 nodes, 1 inputs, 1 outputs\ngraph/);
  expect(text).toMatch(/\npasses\n[^]* {2}simplify +5 -> 1\n/);
  expect(text).toContain("graph (x f32[2])");
});

test("a compiled function explains its last types, with the program at the end", () => {
  const f = compile((w: Value, xs: Value) =>
    gradient(scan((s: Value, row: Value) => [mul(w, add(s, row)), undefined], w, xs)[0], w),
  );
  expect(f.explain()).toBe("compile: not called yet, so there are no types to explain.");
  f(tensor(2), tensor([1, 2, 3]));
  expect(f.explain()).toMatch(/mergeScans +\d+ -> \d+/);
  expect(f.explain()).toContain("\nprogram of ");
});
