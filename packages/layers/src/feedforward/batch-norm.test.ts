import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, constant, gradient, input, sum, type Value, type Values } from "@unroll/core";
import { distance, nested, numbers } from "../../test/numbers.ts";
import { batchNorm, init } from "../index.ts";

const norm = batchNorm(3, { momentum: 0.75, epsilon: 0.01 });
type P = Values<typeof norm.params>;
type S = Values<typeof norm.statistics>;
const given = { gain: numbers([3], "gain"), bias: numbers([3], "bias") };
const seen = { mean: numbers([3], "mean"), variance: init(norm.statistics, 1, { dtype: "f64" }).variance };
const x = numbers([2, 5, 3], "x");
const columns = [0, 1, 2].map((c) =>
  (nested(x) as number[][][]).flatMap((rows) => rows.map((row) => row[c]!)),
);
const meanOf = (xs: readonly number[]): number => xs.reduce((sum, one) => sum + one, 0) / xs.length;
const varianceOf = (xs: readonly number[]): number => meanOf(xs.map((one) => (one - meanOf(xs)) ** 2));

/** gain (x - m) / sqrt(v + epsilon) + bias, row by row. */
const scaled = (m: readonly number[], v: readonly number[]): number[] =>
  Array.from(x.data, (one, i) => {
    const c = i % 3;
    return (given.gain.data[c]! * (one - m[c]!)) / Math.sqrt(v[c]! + 0.01) + given.bias.data[c]!;
  });

test("training goes by the mean and the variance of the batch, and blends them into the statistics", () => {
  const [after, y] = compile((p: P, s: S, x: Value) => norm.train(p, s, x))(given, seen, x);
  const [m, v] = [columns.map(meanOf), columns.map(varianceOf)];
  expect(distance(y.data, scaled(m, v))).toBeLessThan(1e-13);
  const blended = (old: ArrayLike<number>, now: readonly number[]): number[] =>
    now.map((one, c) => 0.75 * old[c]! + 0.25 * one);
  expect(distance(after.mean.data, blended(seen.mean.data, m))).toBeLessThan(1e-15);
  const unbiased = v.map((one) => (one * 10) / 9);
  expect(distance(after.variance.data, blended(seen.variance.data, unbiased))).toBeLessThan(1e-14);
});

test("evaluation goes by the statistics", () => {
  const y = compile((p: P, s: S, x: Value) => norm.apply(p, s, x))(given, seen, x);
  expect(distance(y.data, scaled([...seen.mean.data], [...seen.variance.data]))).toBeLessThan(1e-13);
});

test("it starts from mean 0 and variance 1, gain 1 and bias 0", () => {
  const start = init({ params: norm.params, statistics: norm.statistics }, 1);
  expect([...start.statistics.mean.data, ...start.statistics.variance.data]).toEqual([0, 0, 0, 1, 1, 1]);
  expect([...start.params.bias.data, ...start.params.gain.data]).toEqual([0, 0, 0, 1, 1, 1]);
});

const start = { mean: constant(seen.mean), variance: constant(seen.variance) };

test("its gradient is that of differences, through the mean and the variance of the batch", () => {
  checkGradient((p: P, x: Value) => norm.train(p, start, x)[1], [given, x], { order: 2 });
});

test("nobody differentiates the statistics, nor through them", () => {
  const p = { gain: input(given.gain.type), bias: input(given.bias.type) };
  const batch = input(x.type);
  const [after] = norm.train(p, start, batch);
  expect(() => gradient(sum(after.mean), start.mean)).toThrow("does not depend");
  expect(() => gradient(sum(after.variance), batch)).toThrow("does not depend");
});

test("a batch without a variance is refused, and sizes that are none", () => {
  const p = { gain: input(given.gain.type), bias: input(given.bias.type) };
  const one = input({ dtype: "f64", shape: [1, 3] });
  expect(() => norm.train(p, start, one)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: batchNorm: x f64[1, 3] has fewer than two numbers per channel, and these have no variance.
    Train on larger batches, or normalize by the statistics: apply.]
  `);
  expect(() => batchNorm(0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: batchNorm: size is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
