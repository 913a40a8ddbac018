import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, input } from "@unroll/core";
import { distance, nested, numbers } from "../../test/numbers.ts";
import { activationRegularization, temporalActivationRegularization } from "../index.ts";

const hs = numbers([4, 2, 3], "hs");
const rows = nested(hs) as number[][][];
const meanSquare = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x * x, 0) / xs.length;

test("the first is the mean of squares of every state", () => {
  const y = compile(activationRegularization)(hs);
  expect(y.shape).toEqual([4, 2]);
  expect(
    distance(
      y.data,
      rows.flatMap((step) => step.map(meanSquare)),
    ),
  ).toBeLessThan(1e-15);
});

test("the second is that of what changes from step to step", () => {
  const y = compile(temporalActivationRegularization)(hs);
  expect(y.shape).toEqual([3, 2]);
  const expected = rows
    .slice(1)
    .flatMap((step, t) => step.map((h, b) => meanSquare(h.map((x, k) => x - rows[t]![b]![k]!))));
  expect(distance(y.data, expected)).toBeLessThan(1e-15);
});

test("their gradients are those of differences", () => {
  checkGradient(activationRegularization, [hs], { order: 2 });
  checkGradient(temporalActivationRegularization, [hs], { order: 2 });
});

test("activations have three axes", () => {
  const h = input({ dtype: "f32", shape: [5, 3] }, "hs");
  expect(() => activationRegularization(h)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: activationRegularization: the activations hs f32[5, 3] have rank 2, not 3.
    They are [T, B, H].]
  `);
  expect(() => temporalActivationRegularization(h)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: temporalActivationRegularization: the activations hs f32[5, 3] have rank 2, not 3.
    They are [T, B, H].]
  `);
});
