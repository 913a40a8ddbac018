import { describe, expect, test } from "vitest";
import { f64, numbers, slopeOf, value } from "../../test/numbers.ts";
import { input } from "../graph/graph.ts";
import { standardize } from "./standardize.ts";

describe("standardize", () => {
  test("gives rows mean 0 and variance 1", () => {
    // The variance of 1, 3 is 1, that of 2, 2, 8, 8 is 9.
    expect(numbers(standardize(f64([1, 3]), { epsilon: 0 }))).toEqual([-1, 1]);
    const y = numbers(standardize(f64([[2, 2, 8, 8]]), { epsilon: 0 }));
    y.forEach((v, i) => expect(v).toBeCloseTo(i < 2 ? -1 : 1, 12));
  });

  test("works along the axes named", () => {
    const x = f64([
      [1, 10],
      [3, 10],
    ]);
    expect(numbers(standardize(x, { axis: 0, epsilon: 0.25 }))).toEqual(
      [-1, 0, 1, 0].map((v) => v / Math.sqrt(1.25)),
    );
    expect(numbers(standardize(x, { axis: [0, 1] })).reduce((a, b) => a + b)).toBeCloseTo(0, 12);
  });

  test("of a row without variance is zeros, with a finite gradient", () => {
    expect(numbers(standardize(value([1e6, 1e6, 1e6])))).toEqual([0, 0, 0]);
    expect(numbers(slopeOf(standardize, f64([1, 1]), f64([1, -1]))).every(Number.isFinite)).toBe(true);
  });

  test("has the gradient (dy - mean(dy) - y mean(y dy)) / deviation", () => {
    // y = -1.5, -0.5, 0.5, 1.5 over the deviation r of (0, 1, 2, 3); r^2 = 1.25.
    const r = Math.sqrt(1.25);
    const y = [-1.5, -0.5, 0.5, 1.5].map((v) => v / r);
    const dy = [1, 0, 0, 0];
    const expected = dy.map((d, i) => (d - 0.25 - y[i]! * (y[0]! / 4)) / r);
    const dx = numbers(slopeOf((v) => standardize(v, { epsilon: 0 }), f64([0, 1, 2, 3]), f64(dy)));
    dx.forEach((d, i) => expect(d).toBeCloseTo(expected[i]!, 12));
  });

  test("speaks of itself in its errors", () => {
    expect(() => standardize(input({ dtype: "f32", shape: [] }, "loss"))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: standardize: loss f32[] has rank 0, so -1 is not one of its axes.]`,
    );
    expect(() => standardize(input({ dtype: "i32", shape: [3] }, "ids"))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: standardize: ids i32[3]: standardize is defined on f32, f64.
      Convert it first: cast(ids, "f32").]
    `);
  });
});
