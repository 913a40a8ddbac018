import { describe, expect, test } from "vitest";
import { f64, numbers, slopeOf } from "../../test/numbers.ts";
import { input } from "../graph/graph.ts";
import { reshape, squeeze, unsqueeze } from "./reshape.ts";
import { transpose } from "./transpose.ts";

const x = input({ dtype: "f32", shape: [4, 3] }, "x");

describe("reshape", () => {
  test("keeps the elements in their order", () => {
    const y = reshape(
      f64([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      [3, 2],
    );
    expect(y.shape).toEqual([3, 2]);
    expect(numbers(y)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("keeps the order of a transposed value, not that of its memory", () => {
    expect(
      numbers(
        reshape(
          transpose(
            f64([
              [1, 2, 3],
              [4, 5, 6],
            ]),
          ),
          [6],
        ),
      ),
    ).toEqual([1, 4, 2, 5, 3, 6]);
  });

  test("finds the size that is -1", () => {
    expect(reshape(x, [2, -1]).shape).toEqual([2, 6]);
    expect(reshape(x, [-1]).shape).toEqual([12]);
    expect(reshape(input({ dtype: "f32", shape: [0, 3] }), [-1, 3]).shape).toEqual([0, 3]);
  });

  test("of a scalar is one element", () => {
    expect(numbers(reshape(f64(7), [1, 1]))).toEqual([7]);
  });

  test("brings cotangents back into the shape of x", () => {
    expect(
      numbers(
        slopeOf(
          (v) => reshape(v, [4]),
          f64([
            [1, 2],
            [3, 4],
          ]),
          f64([5, 6, 7, 8]),
        ),
      ),
    ).toEqual([5, 6, 7, 8]);
  });

  test("moves no element of an empty value", () => {
    expect(numbers(reshape(f64([[], []]), [3, 0, 2]))).toEqual([]);
  });

  test("refuses another number of elements", () => {
    expect(() => reshape(x, [5, 2])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: reshape: x f32[4, 3] has 12 elements, and [5, 2] has 10.]`,
    );
    expect(() => reshape(x, [5, -1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: reshape: x f32[4, 3] has 12 elements, and [5, -1] wants a multiple of 5.]`,
    );
    expect(() => reshape(x, [-2, -6])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: reshape: x f32[4, 3] has 12 elements, and [-2, -6] is no shape.]`,
    );
    expect(() => reshape(x, [-1, -1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: reshape: x f32[4, 3] has 12 elements, and [-1, -1] leaves more than one size open.]`,
    );
    expect(() => reshape(input({ dtype: "f32", shape: [0, 3] }), [-1, 0])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: reshape: f32[0, 3] has 0 elements, and [-1, 0] leaves a size open that could be any.]`,
    );
  });

  test("says what was passed in a value's place", () => {
    expect(() => reshape([1, 2] as never, [2])).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: reshape: operand 1 is an array.
      An op takes values one by one; join values with concat or stack.]
    `);
  });
});

describe("squeeze", () => {
  const y = input({ dtype: "f32", shape: [1, 5, 1] }, "y");

  test("leaves out all axes of size 1, or those named", () => {
    expect(squeeze(y).shape).toEqual([5]);
    expect(squeeze(y, -1).shape).toEqual([1, 5]);
    expect(squeeze(y, [0, 2]).shape).toEqual([5]);
  });

  test("refuses an axis of another size", () => {
    expect(() => squeeze(y, 1)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: squeeze: axis 1 of y f32[1, 5, 1] is 5, not 1.
      Reduce it first, or take one of its entries with slice.]
    `);
    expect(() => squeeze(y, 3)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: squeeze: y f32[1, 5, 1] has rank 3, so 3 is not one of its axes.]`,
    );
  });
});

describe("unsqueeze", () => {
  test("puts the new axis at its place in the result", () => {
    expect(unsqueeze(x, 0).shape).toEqual([1, 4, 3]);
    expect(unsqueeze(x, 1).shape).toEqual([4, 1, 3]);
    expect(unsqueeze(x, 2).shape).toEqual([4, 3, 1]);
    expect(unsqueeze(x, -1).shape).toEqual([4, 3, 1]);
    expect(unsqueeze(x, -3).shape).toEqual([1, 4, 3]);
  });

  test("refuses a place that the result does not have", () => {
    expect(() => unsqueeze(x, 3)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: unsqueeze: x f32[4, 3] gets rank 3, so 3 is not one of its axes.]`,
    );
  });
});
