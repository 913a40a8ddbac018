import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, gradient, input, logSoftmax, sum, tensor, type Value } from "@unroll/core";
import { distance, matrix, numbers } from "../../test/numbers.ts";
import { klDivergence } from "../index.ts";

const f64 = { dtype: "f64" } as const;
const shares = (logits: readonly number[]): number[] => {
  const exps = logits.map(Math.exp);
  const total = exps.reduce((sum, x) => sum + x, 0);
  return exps.map((x) => x / total);
};

const [p, q] = [numbers([3, 4], "p"), numbers([3, 4], "q")];

test("it is sum p log(p / q) of the distributions that the logits stand for", () => {
  const expected = matrix(p).map((row, i) => {
    const [ps, qs] = [shares(row), shares(matrix(q)[i]!)];
    return ps.reduce((sum, one, k) => sum + one * Math.log(one / qs[k]!), 0);
  });
  expect(distance(compile(klDivergence)(p, q).data, expected)).toBeLessThan(1e-14);
  const byLogs = compile((p: Value, q: Value) => klDivergence(logSoftmax(p), logSoftmax(q)));
  expect(distance(byLogs(p, q).data, expected)).toBeLessThan(1e-14);
  expect(distance(compile((p: Value) => klDivergence(p, p))(p).data, [0, 0, 0])).toBe(0);
});

test("its gradient by q is softmax(q) - softmax(p)", () => {
  const dq = compile((p: Value, q: Value) => gradient(sum(klDivergence(p, q)), q))(p, q);
  const expected = matrix(p).flatMap((row, i) => {
    const [ps, qs] = [shares(row), shares(matrix(q)[i]!)];
    return qs.map((one, k) => one - ps[k]!);
  });
  expect(distance(dq.data, expected)).toBeLessThan(1e-14);
  checkGradient(klDivergence, [p, q], { order: 2 });
});

test("classes that p excludes add nothing and get no gradient; one that q alone excludes is infinitely far", () => {
  const run = compile((p: Value, q: Value) => {
    const loss = klDivergence(p, q);
    return { loss, d: gradient(sum(loss), { p, q }) };
  });
  const [no, ln3] = [-Infinity, Math.log(3)];
  const rows = (...xs: number[][]) => tensor(xs, f64);
  const { loss, d } = run(rows([no, 0, 0], [no, 0, 0]), rows([0, ln3, 0], [no, ln3, 0]));
  // Against (1, 3, 1) / 5, and against (0, 3, 1) / 4.
  const half = (a: number, b: number): number => 0.5 * Math.log(0.5 / a) + 0.5 * Math.log(0.5 / b);
  expect(distance(loss.data, [half(0.6, 0.2), half(0.75, 0.25)])).toBeLessThan(1e-15);
  expect(distance(d.q.data, [0.2, 0.1, -0.3, 0, 0.25, -0.25])).toBeLessThan(1e-15);
  expect([d.p.data[0], d.p.data[3], d.q.data[3]]).toEqual([0, 0, 0]);
  expect(d.p.data.every(Number.isFinite)).toBe(true);
  expect([...run(rows([0, 0]), rows([0, no])).loss.data]).toEqual([Infinity]);
});

test("a scalar has no classes, and two vocabularies do not fit", () => {
  const f = (...shape: number[]) => input({ dtype: "f32", shape }, "logits");
  expect(() => klDivergence(f(), f())).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: klDivergence: the logits logits f32[] have no last axis.
    They are [..., n].]
  `);
  expect(() => klDivergence(f(5, 3), f(5, 4))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: klDivergence: logits f32[5, 3] and logits f32[5, 4]: the logits of q are f32[5, 3].
    Losses do not broadcast: say broadcastTo where that is meant.]
  `);
});
