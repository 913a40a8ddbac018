import { describe, expect, test } from "vitest";
import { f64, i32, numbers, slopeOf } from "../../test/numbers.ts";
import { input } from "../graph/graph.ts";
import { averagePool, maxPool } from "./pooling.ts";

const image = input({ dtype: "f32", shape: [2, 4, 6, 3] }, "image");
const row = f64([[3], [1], [4], [1], [5]]);
const along = { axis: 0 };

describe("maxPool", () => {
  test("takes the largest of each window, side by side by default", () => {
    expect(maxPool(image, 2).shape).toEqual([2, 2, 3, 3]);
    expect(maxPool(image, [2, 3]).shape).toEqual([2, 2, 2, 3]);
    expect(numbers(maxPool(row, 2, along))).toEqual([3, 4]);
    expect(numbers(maxPool(row, 3, { axis: 0, stride: 1 }))).toEqual([4, 4, 5]);
    expect(numbers(maxPool(i32([[-5], [-3]]), 2, { axis: 0, padding: 1 }))).toEqual([-5, -3]);
  });

  test("matches a list of sizes with the list of axes, in any order", () => {
    expect(maxPool(image, [3, 2], { axis: [2, 1] }).shape).toEqual([2, 2, 2, 3]);
    expect(maxPool(image, [3, 2], { axis: [2, 1], stride: [1, 2] }).shape).toEqual([2, 2, 4, 3]);
  });

  test("never finds the padding", () => {
    const negative = f64([[-3], [-1], [-4]]);
    expect(numbers(maxPool(negative, 2, { axis: 0, padding: 1 }))).toEqual([-3, -1]);
    expect(numbers(maxPool(negative, 3, { axis: 0, stride: 1, padding: "same" }))).toEqual([-1, -1, -1]);
  });

  test("hands the cotangent to the largest, of equal ones to each its share", () => {
    const dy = f64([[1], [10], [100]]);
    expect(numbers(slopeOf((x) => maxPool(x, 3, { axis: 0, stride: 1 }), row, dy))).toEqual([
      0, 0, 11, 0, 100,
    ]);
    const equal = f64([[7], [7], [7]]);
    expect(numbers(slopeOf((x) => maxPool(x, 3, along), equal, f64([[6]])))).toEqual([2, 2, 2]);
  });

  test("refuses windows that do not fit or lie in the padding", () => {
    expect(() => maxPool(image, 5)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: maxPool: image f32[2, 4, 6, 3]: a window of 5 does not fit on axis 1, which has 4 entries with its padding.
      Make the window smaller, or pad by 1 or more.]
    `);
    expect(() => maxPool(image, 2, { padding: 2 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: maxPool: image f32[2, 4, 6, 3]: with a padding of 2 on axis 1 a window of 2 has no entry.
      Every window needs one: pad less, and no empty axis.]
    `);
    expect(() => maxPool(input({ dtype: "f32", shape: [0, 1] }), 2, { axis: 0, padding: 1 })).toThrow(
      "a window of 2 has no entry",
    );
  });

  test("refuses lists of another length than that of the axes", () => {
    expect(() => maxPool(image, [2])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: maxPool: image f32[2, 4, 6, 3]: the size has 1 entries, for 2 axes.]`,
    );
    expect(() => maxPool(image, 2, { axis: [1, 2, 1] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: maxPool: axis 1 of image f32[2, 4, 6, 3] is named twice.]`,
    );
  });
});

describe("averagePool", () => {
  test("is the mean of each window", () => {
    expect(averagePool(image, 2, { padding: "same" }).shape).toEqual([2, 2, 3, 3]);
    expect(numbers(averagePool(row, 2, along))).toEqual([2, 2.5]);
  });

  test("of equal numbers is that number, at the borders too", () => {
    const equal = f64([
      [[5], [5], [5]],
      [[5], [5], [5]],
    ]);
    const y = averagePool(equal, 3, { stride: 1, padding: "same", axis: [0, 1] });
    expect(numbers(y)).toEqual([5, 5, 5, 5, 5, 5]);
  });

  test("spreads the cotangent over the entries that are there", () => {
    const dy = f64([[6], [6]]);
    const pool = (x: Parameters<typeof averagePool>[0]) =>
      averagePool(x, 3, { axis: 0, stride: 2, padding: [[1, 0]] });
    expect(numbers(slopeOf(pool, f64([[1], [2], [3], [4]]), dy))).toEqual([3, 5, 2, 2]);
  });

  test("refuses windows that do not fit", () => {
    expect(() => averagePool(image, 5)).toThrow(
      "averagePool: image f32[2, 4, 6, 3]: a window of 5 does not fit on axis 1",
    );
  });
});
