import { describe, expect, test } from "vitest";
import { f64, i32, numbers, slope, slopeOf, value } from "../../test/numbers.ts";
import { input } from "../graph/graph.ts";
import { square } from "./arithmetic.ts";
import { equal } from "./compare.ts";
import { all, any, argmax, max, mean, min, prod, variance } from "./reduce.ts";

const matrix = f64([
  [1, 2, 3],
  [4, 5, 12],
]);
const x = input({ dtype: "f32", shape: [2, 3] }, "x");
const empty = input({ dtype: "f32", shape: [2, 0] }, "empty");

describe("mean", () => {
  test("divides the sum by the number of entries", () => {
    expect(numbers(mean(matrix))).toEqual([4.5]);
    expect(numbers(mean(matrix, { axis: 0 }))).toEqual([2.5, 3.5, 7.5]);
    expect(mean(x, { axis: 0, keepDims: true }).shape).toEqual([1, 3]);
  });

  test("over nothing is NaN", () => {
    expect(numbers(mean(f64([])))).toEqual([NaN]);
  });

  test("hands each entry its share of the cotangent", () => {
    expect(numbers(slopeOf((v) => mean(v, { axis: 1 }), matrix, f64([3, 6])))).toEqual([1, 1, 1, 2, 2, 2]);
  });

  test("refuses integers and bools", () => {
    expect(() => mean(input({ dtype: "i32", shape: [2] }, "ids"))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: mean: ids i32[2]: mean is defined on f32, f64.
      Convert it first: cast(x, "f32").]
    `);
    expect(() => mean(input({ dtype: "bool", shape: [2] }, "mask"))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: mean: mask bool[2]: mean is defined on f32, f64.
      Count with sum(cast(x, "i32")), or ask any(x) or all(x).]
    `);
  });
});

describe("variance", () => {
  test("is the mean of squared distances from the mean", () => {
    expect(numbers(variance(matrix, { axis: 1 }))).toEqual([2 / 3, 38 / 3]);
    expect(variance(x, { axis: [0, 1], keepDims: true }).shape).toEqual([1, 1]);
  });

  test("keeps its digits far from zero, where E[x^2] - E[x]^2 has none", () => {
    expect(numbers(variance(value([1e6, 1e6 + 1, 1e6 + 2])))).toEqual([Math.fround(2 / 3)]);
  });

  test("has the gradient 2 (x - mean) / n", () => {
    expect(numbers(slope((v) => variance(v), f64([1, 2, 6])))).toEqual([-4 / 3, -2 / 3, 2]);
  });

  test("speaks of itself in its errors", () => {
    expect(() => variance(x, { axis: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: variance: x f32[2, 3] has rank 2, so 2 is not one of its axes.]`,
    );
    expect(() => variance(input({ dtype: "i32", shape: [2] }, "ids"))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: variance: ids i32[2]: variance is defined on f32, f64.
      Convert it first: cast(ids, "f32").]
    `);
  });
});

describe("max and min", () => {
  test("find the extremes along axes", () => {
    expect(numbers(max(matrix))).toEqual([12]);
    expect(numbers(max(matrix, { axis: 0 }))).toEqual([4, 5, 12]);
    expect(numbers(min(matrix, { axis: 1 }))).toEqual([1, 4]);
    expect(numbers(max(i32([-3, -7])))).toEqual([-3]);
  });

  test("are NaN if an entry is", () => {
    expect(numbers(max(f64([1, NaN, 3])))).toEqual([NaN]);
    expect(numbers(min(f64([1, NaN, 3])))).toEqual([NaN]);
  });

  test("over nothing are what no entry changes", () => {
    expect(numbers(max(f64([])))).toEqual([-Infinity]);
    expect(numbers(min(f64([])))).toEqual([Infinity]);
    expect(numbers(max(i32([])))).toEqual([-(2 ** 31)]);
    expect(numbers(min(i32([])))).toEqual([2 ** 31 - 1]);
  });

  test("hand the cotangent to the extreme, and equal ones share it", () => {
    expect(numbers(slope((v) => max(v, { axis: 1 }), matrix))).toEqual([0, 0, 1, 0, 0, 1]);
    expect(numbers(slopeOf((v) => max(v), f64([7, 1, 7]), f64(6)))).toEqual([3, 0, 3]);
    expect(numbers(slopeOf((v) => min(v), f64([1, 1, 1, 7]), f64(6)))).toEqual([2, 2, 2, 0]);
  });

  test("have a second derivative", () => {
    // max^2: the gradient is 2 max at the maximum, and its own 2.
    expect(numbers(slope((v) => slope((w) => square(max(w)), v), f64([1, 3])))).toEqual([0, 2]);
  });
});

describe("prod", () => {
  test("multiplies along axes", () => {
    expect(numbers(prod(matrix, { axis: 1 }))).toEqual([6, 240]);
    expect(numbers(prod(matrix, { axis: 0 }))).toEqual([4, 10, 36]);
    expect(numbers(prod(matrix))).toEqual([1440]);
    expect(
      numbers(
        prod(
          f64([
            [
              [1, 2],
              [3, 4],
            ],
            [
              [5, 6],
              [7, 8],
            ],
          ]),
          { axis: [0, 2] },
        ),
      ),
    ).toEqual([60, 672]);
    expect(prod(x, { axis: 0, keepDims: true }).shape).toEqual([1, 3]);
    expect(numbers(prod(i32([3, 5])))).toEqual([15]);
  });

  test("over nothing is 1", () => {
    expect(numbers(prod(f64([])))).toEqual([1]);
  });

  test("has for a gradient the product of the others, zeros or not", () => {
    const others = (...xs: number[]): number[] => numbers(slope((v) => prod(v), f64(xs)));
    expect(others(2, 3, 5)).toEqual([15, 10, 6]);
    expect(others(2, 0, 5)).toEqual([0, 10, 0]);
    expect(others(0, 0, 5)).toEqual([0, 0, 0]);
    expect(others(7)).toEqual([1]);
    expect(others(1, 2, 3, 4, 5)).toEqual([120, 60, 40, 30, 24]);
    expect(numbers(slope((v) => prod(v, { axis: 0 }), matrix))).toEqual([4, 5, 12, 1, 2, 3]);
  });

  test("has a second derivative, zeros or not", () => {
    // The gradient of a b c is bc, ac, ab; that of its sum b + c, a + c, a + b.
    expect(numbers(slope((v) => slope((w) => prod(w), v), f64([0, 0, 5])))).toEqual([5, 5, 0]);
  });

  test("refuses bools", () => {
    expect(() => prod(input({ dtype: "bool", shape: [] }, "flag"))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: prod: flag bool[]: prod is defined on f32, f64, i32.
      Convert it first: cast(flag, "i32").]
    `);
  });
});

describe("argmax", () => {
  test("is the position of the largest entry, the first of equal ones", () => {
    expect(
      numbers(
        argmax(
          f64([
            [1, 5, 5],
            [9, 2, 3],
          ]),
          { axis: 1 },
        ),
      ),
    ).toEqual([1, 0]);
    expect(
      numbers(
        argmax(
          f64([
            [1, 5, 5],
            [9, 2, 3],
          ]),
          { axis: 0 },
        ),
      ),
    ).toEqual([1, 0, 0]);
    expect(argmax(x, { axis: -1, keepDims: true }).type).toEqual({ dtype: "i32", shape: [2, 1] });
  });

  test("without an axis counts all entries", () => {
    expect(
      numbers(
        argmax(
          f64([
            [1, 5, 5],
            [9, 2, 3],
          ]),
        ),
      ),
    ).toEqual([3]);
  });

  test("finds NaN", () => {
    expect(numbers(argmax(f64([1, NaN, 3, NaN])))).toEqual([1]);
  });

  test("refuses an empty axis, and only an empty one", () => {
    expect(() => argmax(empty, { axis: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: argmax: axis 1 of empty f32[2, 0] is empty, so no entry is the largest.]`,
    );
    expect(() => argmax(empty)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: argmax: empty f32[2, 0] is empty, so no entry is the largest.]`,
    );
    expect(argmax(empty, { axis: 0 }).shape).toEqual([0]);
  });
});

describe("any and all", () => {
  const mask = value([
    [true, false],
    [false, false],
    [true, true],
  ]);

  test("ask along axes", () => {
    expect(numbers(any(mask, { axis: 1 }))).toEqual([1, 0, 1]);
    expect(numbers(all(mask, { axis: 1 }))).toEqual([0, 0, 1]);
    expect(numbers(any(mask))).toEqual([1]);
    expect(numbers(all(mask))).toEqual([0]);
    expect(any(mask).type).toEqual({ dtype: "bool", shape: [] });
  });

  test("of nothing are false and true", () => {
    const none = equal(f64([]), 0);
    expect([numbers(any(none)), numbers(all(none))]).toEqual([[0], [1]]);
  });

  test("refuse numbers", () => {
    expect(() => any(x)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: any: x f32[2, 3]: any is defined on bool.
      Compare first: any(greater(x, 0)).]
    `);
  });
});
