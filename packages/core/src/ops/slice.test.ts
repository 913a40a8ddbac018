import { describe, expect, test } from "vitest";
import { f64, i32, numbers, slope, slopeOf, value } from "../../test/numbers.ts";
import { input } from "../graph/graph.ts";
import { square } from "./arithmetic.ts";
import { flip, pad, slice } from "./slice.ts";

const x = input({ dtype: "f32", shape: [5, 3] }, "x");
const row = f64([10, 11, 12, 13, 14]);

describe("slice", () => {
  test("takes from start up to and without stop", () => {
    expect(numbers(slice(row, 1, 3))).toEqual([11, 12]);
    expect(numbers(slice(row, 2))).toEqual([12, 13, 14]);
    expect(
      numbers(
        slice(
          f64([
            [1, 2, 3],
            [4, 5, 6],
          ]),
          1,
          3,
          { axis: 1 },
        ),
      ),
    ).toEqual([2, 3, 5, 6]);
  });

  test("counts negative positions from the end and stops at the ends, as JavaScript does", () => {
    for (const [start, stop] of [
      [-2, 5],
      [0, -1],
      [-9, 9],
      [3, 2],
      [5, 5],
      [-3, -1],
      [9, 12],
    ] as const) {
      expect(numbers(slice(row, start, stop))).toEqual([10, 11, 12, 13, 14].slice(start, stop));
    }
  });

  test("takes every step-th entry", () => {
    expect(numbers(slice(row, 0, 5, { step: 2 }))).toEqual([10, 12, 14]);
    expect(numbers(slice(row, 1, 5, { step: 3 }))).toEqual([11, 14]);
    expect(numbers(slice(row, 1, 4, { step: 7 }))).toEqual([11]);
  });

  test("of everything is the value itself", () => {
    expect(slice(x, 0, 5)).toBe(x);
  });

  test("gives entries that were not taken a zero gradient", () => {
    expect(numbers(slopeOf((v) => slice(v, 1, 3), row, f64([7, 8])))).toEqual([0, 7, 8, 0, 0]);
    expect(numbers(slopeOf((v) => slice(v, 1, 5, { step: 2 }), row, f64([7, 8])))).toEqual([0, 7, 0, 8, 0]);
    expect(numbers(slope((v) => slice(v, 3, 3, { step: 2 }), row))).toEqual([0, 0, 0, 0, 0]);
  });

  test("is linear: its gradient does not depend on x, and that of its square does twice", () => {
    const twice = slope((v) => slope((w) => square(slice(w, 0, 5, { step: 2 })), v), row);
    expect(numbers(twice)).toEqual([2, 0, 2, 0, 2]);
  });

  test("refuses what is no axis, step or position", () => {
    expect(() => slice(x, 0, 1, { axis: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: slice: x f32[5, 3] has rank 2, so 2 is not one of its axes.]`,
    );
    expect(() => slice(x, 0, 1, { step: -1 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: slice: x f32[5, 3]: the step is -1, not a positive whole number.
      To run backwards, use flip.]
    `);
    expect(() => slice(x, 0.5, 1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: slice: x f32[5, 3]: 0.5 is no position on axis 0.]`,
    );
    expect(() => slice(input({ dtype: "f32", shape: [] }, "loss"), 0, 1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: slice: loss f32[] has rank 0, so 0 is not one of its axes.]`,
    );
  });
});

describe("pad", () => {
  test("puts a number around the entries of an axis", () => {
    expect(numbers(pad(f64([1, 2]), 1, 2))).toEqual([0, 1, 2, 0, 0]);
    expect(numbers(pad(f64([[1], [2]]), 0, 1, { axis: -1, value: 9 }))).toEqual([1, 9, 2, 9]);
    expect(numbers(pad(i32([]), 1, 1, { value: 3 }))).toEqual([3, 3]);
    expect(numbers(pad(value([true]), 0, 1, { value: 1 }))).toEqual([1, 1]);
  });

  test("hands the cotangent of x on and drops that of the number", () => {
    expect(numbers(slopeOf((v) => pad(v, 1, 2), f64([1, 2]), f64([5, 6, 7, 8, 9])))).toEqual([6, 7]);
  });

  test("refuses a negative number of entries, and numbers that x cannot hold", () => {
    expect(() => pad(x, -1, 0)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: pad: x f32[5, 3] cannot get -1 entries on axis 0.
      To leave entries out, use slice.]
    `);
    expect(() => pad(i32([1]), 1, 0, { value: 0.5 })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: pad: constant i32[1] cannot hold 0.5.]`,
    );
  });
});

describe("flip", () => {
  test("reverses the last axis, or the one named", () => {
    expect(
      numbers(
        flip(
          f64([
            [1, 2, 3],
            [4, 5, 6],
          ]),
        ),
      ),
    ).toEqual([3, 2, 1, 6, 5, 4]);
    expect(
      numbers(
        flip(
          f64([
            [1, 2, 3],
            [4, 5, 6],
          ]),
          { axis: 0 },
        ),
      ),
    ).toEqual([4, 5, 6, 1, 2, 3]);
  });

  test("flips the cotangent", () => {
    expect(numbers(slopeOf(flip, f64([1, 2, 3]), f64([7, 8, 9])))).toEqual([9, 8, 7]);
  });
});
