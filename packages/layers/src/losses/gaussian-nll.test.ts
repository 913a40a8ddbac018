import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, gradient, input, sum, tensor, type Value } from "@unroll/core";
import { distance, numbers } from "../../test/numbers.ts";
import { gaussianNll } from "../index.ts";

const names = ["x", "mean", "logVariance"] as const;
const [x, mean, logVariance] = names.map((name) => numbers([4, 2], name)) as [
  ReturnType<typeof numbers>,
  ReturnType<typeof numbers>,
  ReturnType<typeof numbers>,
];

test("it is minus the logarithm of the normal density", () => {
  for (const floor of [0, 0.25]) {
    const run = compile((x: Value, m: Value, v: Value) => gaussianNll(x, m, v, { floor }));
    const expected = [...x.data].map((one, i) => {
      const v = Math.exp(logVariance.data[i]!) + floor;
      return -Math.log(Math.exp(-((one - mean.data[i]!) ** 2) / (2 * v)) / Math.sqrt(2 * Math.PI * v));
    });
    expect(distance(run(x, mean, logVariance).data, expected)).toBeLessThan(1e-13);
  }
});

test("in f32 it stays finite for outputs of any size", () => {
  const run = compile((x: Value, m: Value, v: Value) => {
    const loss = gaussianNll(x, m, v);
    return { loss, d: gradient(sum(loss), { m, v }) };
  });
  const { loss, d } = run(tensor([1, 1, 1, 2]), tensor([1, 2, 0, 2]), tensor([-1e30, -300, 1e30, 300]));
  expect([...loss.data, ...d.m.data, ...d.v.data].every(Number.isFinite)).toBe(true);
  // The variance is the floor, 1e-6, in the first two.
  expect(loss.data[0]).toBeCloseTo(0.5 * Math.log(2 * Math.PI * 1e-6), 5);
  expect(d.m.data[1]! / 1e6).toBeCloseTo(1, 5);
});

test("its gradient is that of differences", () => {
  checkGradient((x: Value, m: Value, v: Value) => gaussianNll(x, m, v), [x, mean, logVariance], { order: 2 });
});

test("all three have one type", () => {
  const f = (...shape: number[]) => input({ dtype: "f32", shape });
  expect(() => gaussianNll(f(5, 1), f(5, 1), f(5))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: gaussianNll: f32[5, 1] and f32[5]: the log-variances are f32[5, 1].
    If they only lie otherwise: reshape(x, [5, 1]).]
  `);
  expect(() => gaussianNll(f(5), f(5), f(5), { floor: -1 })).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: gaussianNll: the floor is -1.
    It is a number from 0 on.]
  `);
});
