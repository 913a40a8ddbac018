import { describe, expect, test } from "vitest";
import { f64, numbers, slopeOf } from "../../test/numbers.ts";
import { input } from "../graph/graph.ts";
import { transpose } from "./transpose.ts";

const x = input({ dtype: "f32", shape: [5, 4, 3] }, "x");

describe("transpose", () => {
  test("swaps the last two axes", () => {
    expect(transpose(x).shape).toEqual([5, 3, 4]);
    expect(
      numbers(
        transpose(
          f64([
            [1, 2, 3],
            [4, 5, 6],
          ]),
        ),
      ),
    ).toEqual([1, 4, 2, 5, 3, 6]);
  });

  test("puts axis order[i] of x at i", () => {
    expect(transpose(x, [2, 0, 1]).shape).toEqual([3, 5, 4]);
    expect(transpose(x, [-1, 0, 1]).shape).toEqual([3, 5, 4]);
    // y[k, i, j] = x[i, j, k]
    expect(
      numbers(
        transpose(
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
          [2, 0, 1],
        ),
      ),
    ).toEqual([1, 3, 5, 7, 2, 4, 6, 8]);
  });

  test("by the order that is there already is the value itself", () => {
    expect(transpose(x, [0, 1, 2])).toBe(x);
  });

  test("brings cotangents back by the inverse order", () => {
    const dy = f64([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]);
    const dx = slopeOf(
      (v) => transpose(v, [2, 0, 1]),
      f64([
        [
          [0, 0],
          [0, 0],
        ],
        [
          [0, 0],
          [0, 0],
        ],
      ]),
      dy,
    );
    expect(numbers(dx)).toEqual([1, 5, 2, 6, 3, 7, 4, 8]);
  });

  test("refuses what is no order of the axes", () => {
    expect(() => transpose(x, [0, 1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: transpose: the order [0, 1] does not name every axis of x f32[5, 4, 3].]`,
    );
    expect(() => transpose(x, [0, 1, 1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: transpose: axis 1 of x f32[5, 4, 3] is named twice.]`,
    );
    expect(() => transpose(x, [0, 1, 3])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: transpose: x f32[5, 4, 3] has rank 3, so 3 is not one of its axes.]`,
    );
    expect(() => transpose(input({ dtype: "f32", shape: [5] }, "b"))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: transpose: b f32[5] has no two axes to swap.]`,
    );
  });
});
