import { expect, test } from "vitest";
import { opsOf, scansOf } from "../../../test/passes.ts";
import { add, full, graph, input, mul, scan, sub, tanh, type Graph, type Value } from "../../index.ts";
import { runPasses } from "../pass.ts";
import { eliminateDead } from "./eliminate-dead.ts";

const xs = input({ dtype: "f64", shape: [4, 2] }, "xs");
const w = input({ dtype: "f64", shape: [2] }, "w");
const start = full(0, w.type);
const run = (...outputs: readonly Value[]): Graph =>
  runPasses([eliminateDead], graph([xs, w], outputs), { verify: true });

interface State {
  readonly a: Value;
  readonly b: Value;
}

const both = (f: (s: State, x: Value) => readonly [State, { y: Value; z: Value }]) =>
  scan(f, { a: start, b: start }, xs);

test("an emitted value goes with all that only it needs", () => {
  const [, { y }] = both((s, x) => [
    { a: add(s.a, x), b: s.b },
    { y: s.a, z: tanh(mul(x, w)) },
  ]);
  const [node] = scansOf(run(y));
  expect(opsOf(node!.attrs.body)).toBe("add");
  expect(node!.inputs).toEqual([start, xs]);
});

test("a carry that only it needs goes, and one that another needs stays", () => {
  const alone = both((s, x) => [
    { a: add(s.a, x), b: mul(tanh(s.b), x) },
    { y: s.a, z: s.b },
  ]);
  expect(opsOf(run(alone[0].a))).toBe("scan(add)");
  const needed = both((s, x) => [
    { a: add(s.a, s.b), b: mul(tanh(s.b), x) },
    { y: s.a, z: s.b },
  ]);
  expect(opsOf(run(needed[0].a))).toBe("scan(add tanh mul)");
});

test("two carries that need each other and nobody else go together", () => {
  const [last] = scan(
    (s: { a: Value; b: Value; c: Value }, x: Value) => [
      { a: add(s.a, x), b: mul(s.c, x), c: sub(s.b, x) },
      undefined,
    ],
    { a: start, b: start, c: start },
    xs,
  );
  expect(opsOf(run(last.a))).toBe("scan(add)");
});

test("what one scan no longer needs, another before it need not make", () => {
  const [, { y, z }] = both((s, x) => [
    { a: add(s.a, x), b: s.b },
    { y: add(s.a, w), z: tanh(x) },
  ]);
  const [last] = scan(
    (s: State, x: { y: Value; z: Value }) => [{ a: add(s.a, x.y), b: add(s.b, x.z) }, undefined],
    { a: start, b: start },
    { y, z },
  );
  expect(opsOf(run(last.a))).toBe("scan(add add) scan(add)");
});
