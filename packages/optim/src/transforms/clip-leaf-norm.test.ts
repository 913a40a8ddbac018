import { tensor } from "@unroll/core";
import { expect, test } from "vitest";
import { f64, follow, numbers } from "../../test/train.ts";
import { clipAdaptive } from "./clip-adaptive.ts";
import { clipLeafNorm } from "./clip-leaf-norm.ts";

test("clipLeafNorm scales each leaf by itself", () => {
  const grads = { a: f64([6, 8]), b: f64([[3], [4]]), c: f64(-7) };
  const [step] = follow(clipLeafNorm(5), grads, [grads]);
  expect(numbers(step!.updates)).toEqual([3, 4, 3, 4, -5]);
});

test("clipLeafNorm leaves zeros and what is within the limit as they are, to the bit, and NaN NaN", () => {
  const grads = { a: tensor([0.1, 1e-30]), b: tensor([0, 0]), c: tensor([NaN, 1]) };
  const [step] = follow(clipLeafNorm(5), grads, [grads]);
  expect(numbers(step!.updates)).toEqual([...[0.1, 1e-30].map(Math.fround), 0, 0, NaN, 1]);
});

test("clipAdaptive holds the columns of a matrix against those of the weights", () => {
  const params = {
    w: f64([
      [3, 0],
      [4, 0],
    ]),
    b: f64([30, 40]),
  };
  const grads = {
    w: f64([
      [30, 0.3],
      [40, 0.4],
    ]),
    b: f64([0, 6]),
  };
  const [step] = follow(clipAdaptive({ limit: 0.1, epsilon: 2 }), params, [grads]);
  // b keeps its 6 of 50 only up to 5; the first column has 5, so 0.5 of 50; the second counts as 2, so 0.2 of 0.5.
  [0, 5, 0.3, 0.12, 0.4, 0.16].forEach((n, k) => expect(numbers(step!.updates)[k]).toBeCloseTo(n, 14));
});

test("limits that are none are refused", () => {
  expect(() => clipLeafNorm(0)).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: clipLeafNorm: limit: 0 is not in (0, Infinity].]`,
  );
  expect(() => clipAdaptive({ epsilon: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: clipAdaptive: epsilon: 0 is not in (0, Infinity).]`,
  );
});
