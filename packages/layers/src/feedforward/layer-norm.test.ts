import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, tensor, type Value, type Values } from "@unroll/core";
import { distance, matrix, numbers } from "../../test/numbers.ts";
import { init, layerNorm } from "../index.ts";

const { params, apply } = layerNorm(5);
type P = Values<typeof params>;
const given = { gain: numbers([5], "gain"), bias: numbers([5], "bias") };

test("it is gain (x - mean) / sqrt(variance + epsilon) + bias along the last axis", () => {
  const x = numbers([3, 5], "x");
  const y = matrix(compile((p: P, x: Value) => apply(p, x))(given, x));
  matrix(x).forEach((row, i) => {
    const mean = row.reduce((sum, one) => sum + one, 0) / 5;
    const variance = row.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 5;
    const expected = row.map(
      (one, j) => (given.gain.data[j]! * (one - mean)) / Math.sqrt(variance + 1e-5) + given.bias.data[j]!,
    );
    expect(distance(y[i]!, expected)).toBeLessThan(1e-13);
  });
});

test("it starts as the identity on standardized rows", () => {
  const p = init(params, 1, { dtype: "f64" });
  expect([...p.gain.data, ...p.bias.data]).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
});

test("epsilon is an option", () => {
  const wide = layerNorm(2, { epsilon: 3 });
  const y = compile((p: P, x: Value) => wide.apply(p, x))(init(wide.params, 1), tensor([[-1, 1]]));
  expect([...y.data]).toEqual([-0.5, 0.5]);
});

test("its gradient is that of differences, to the second order", () => {
  checkGradient((p: P, x: Value) => apply(p, x), [given, numbers([2, 3, 5], "x")], { order: 2 });
});

test("sizes that are none are refused", () => {
  expect(() => layerNorm(0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: layerNorm: size is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
