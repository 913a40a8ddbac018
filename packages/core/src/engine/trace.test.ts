import { expect, test } from "vitest";
import { add, compile, mul, print, reference, stages, tanh, tensor, trace, type Value } from "../index.ts";

const f = (p: { w: Value }, x: Value) => ({ y: tanh(mul(p.w, x)), z: add(add(x, 0), 0) });

test("the graph of a function is the one that compile makes, with the paths of its results", () => {
  const args = [{ w: tensor(2) }, tensor([1, 2])] as const;
  const traced = trace(f, ...args);
  const compiled = compile(f, { engine: reference() });
  compiled(...args);
  expect(compiled.explain()).toContain(print(traced));
  expect(traced.paths).toEqual(["y", "z"]);
});

test("a function that leaves a value out of its arguments is refused", () => {
  const { outputs } = trace((x: Value) => x, tensor(1));
  expect(() => trace(() => outputs[0]!)).toThrow(/is an input of another function/);
});

test("the stages of a graph are what each pass that changes it makes of the one before", () => {
  const graph = trace(f, { w: tensor(2) }, tensor([1, 2]));
  const found = stages(graph);
  expect(found[0]).toEqual({ name: "as written", graph });
  // 0 is added twice: one number after eliminateCommon, and none after simplify.
  expect(found.map(({ name }) => name)).toContain("simplify");
  const last = print(found.at(-1)!.graph);
  expect(last).not.toContain("add");
  expect(last).toContain("tanh");
});
