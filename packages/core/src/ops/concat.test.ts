import { describe, expect, expectTypeOf, test } from "vitest";
import { f64, i32, numbers, slope, slopeOf } from "../../test/numbers.ts";
import { input } from "../graph/graph.ts";
import type { Value } from "../graph/node.ts";
import { add, mul, square } from "./arithmetic.ts";
import { concat, split, stack } from "./concat.ts";

const x = input({ dtype: "f32", shape: [50, 510] }, "z");
const scalar = input({ dtype: "f32", shape: [] }, "loss");

describe("concat", () => {
  const a = f64([
    [1, 2],
    [3, 4],
  ]);
  const b = f64([[5], [6]]);

  test("joins along the last axis, or the one named", () => {
    expect(numbers(concat([a, b]))).toEqual([1, 2, 5, 3, 4, 6]);
    expect(numbers(concat([a, a], { axis: 0 }))).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
  });

  test("takes empty parts", () => {
    expect(numbers(concat([f64([]), f64([1])]))).toEqual([1]);
  });

  test("gives each part its part of the cotangent", () => {
    const dy = f64([
      [7, 8, 9],
      [10, 11, 12],
    ]);
    expect(numbers(slopeOf((v) => concat([v, b]), a, dy))).toEqual([7, 8, 10, 11]);
    expect(numbers(slopeOf((v) => concat([a, v]), b, dy))).toEqual([9, 12]);
    expect(numbers(slopeOf((v) => concat([v, v, v]), b, dy))).toEqual([24, 33]);
  });

  test("refuses parts that do not fit", () => {
    expect(() => concat([])).toThrowErrorMatchingInlineSnapshot(`[ShapeError: concat: there are no values.]`);
    expect(() => concat([scalar, scalar])).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: concat: loss f32[] has no axis to run along.
      Make a new axis with stack.]
    `);
    expect(() =>
      concat([x, input({ dtype: "f32", shape: [49, 3] }, "y")]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: concat: z f32[50, 510] and y f32[49, 3] differ in axis 0: 50 and 49.]`,
    );
    expect(() => concat([x, input({ dtype: "f32", shape: [50] }, "y")])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: concat: z f32[50, 510] and y f32[50] have rank 2 and 1.]`,
    );
    expect(() => concat([x, x], { axis: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: concat: z f32[50, 510] has rank 2, so 2 is not one of its axes.]`,
    );
    expect(() => concat([x, input({ dtype: "i32", shape: [50, 1] }, "ids")]))
      .toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: concat: z f32[50, 510] and ids i32[50, 1] differ in dtype.
      Dtypes are not promoted: cast(ids, "f32").]
    `);
    expect(() => concat([x, 0 as never])).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: concat: operand 2 is the number 0.
      Lift it with full(number, type).]
    `);
  });
});

describe("stack", () => {
  test("makes a new axis in front, or where it is named", () => {
    const [a, b] = [i32([1, 2]), i32([3, 4])];
    expect(numbers(stack([a, b]))).toEqual([1, 2, 3, 4]);
    expect(numbers(stack([a, b], { axis: 1 }))).toEqual([1, 3, 2, 4]);
    expect(stack([x, x, x], { axis: -1 }).shape).toEqual([50, 510, 3]);
    expect(stack([scalar]).shape).toEqual([1]);
  });

  test("refuses shapes that differ", () => {
    expect(() => stack([x, scalar])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: stack: z f32[50, 510] and loss f32[] have rank 2 and 0.]`,
    );
    expect(() =>
      stack([x, input({ dtype: "f32", shape: [50, 509] }, "y")]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: stack: z f32[50, 510] and y f32[50, 509] differ in axis 1: 510 and 509.]`,
    );
    expect(() => stack([x, x], { axis: 3 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: stack: z f32[50, 510] gets rank 3, so 3 is not one of its axes.]`,
    );
  });
});

describe("split", () => {
  const row = f64([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ]);

  test("cuts into equal parts of the last axis, or of the one named", () => {
    expect(split(row, 2).map(numbers)).toEqual([
      [1, 2, 5, 6],
      [3, 4, 7, 8],
    ]);
    expect(split(row, 2, { axis: 0 }).map(numbers)).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
  });

  test("cuts into parts of the given sizes", () => {
    expect(split(row, [1, 0, 3]).map(numbers)).toEqual([[1, 5], [], [2, 3, 4, 6, 7, 8]]);
  });

  test("undoes concat", () => {
    expect(numbers(concat(split(row, [1, 3])))).toEqual(numbers(row));
  });

  test("joins cotangents, with zeros for parts that were not used", () => {
    expect(numbers(slope((v) => split(v, 4)[2], row))).toEqual([0, 0, 1, 0, 0, 0, 1, 0]);
    const product = (v: Value): Value => {
      const [a, b] = split(v, 2);
      return mul(a, b);
    };
    expect(numbers(slope(product, row))).toEqual([3, 4, 1, 2, 7, 8, 5, 6]);
  });

  test("has a second derivative", () => {
    const cube = (v: Value): Value => {
      const [a, b] = split(v, 2);
      return add(mul(a, square(b)), a);
    };
    // a b^2 + a: the sum of the gradient is b^2 + 1 + 2 a b, and its gradient 2 b, 2 b + 2 a.
    expect(numbers(slope((v) => slope(cube, v), f64([3, 5])))).toEqual([10, 16]);
  });

  test("is a tuple of as many values as the literal says", () => {
    expectTypeOf(split(x, 2)).toEqualTypeOf<readonly [Value, Value]>();
    expectTypeOf(split(x, [500, 9, 1])).toEqualTypeOf<readonly [Value, Value, Value]>();
    expectTypeOf(split(x, Number("2"))).toEqualTypeOf<readonly Value[]>();
    const sizes: readonly number[] = [500, 10];
    expectTypeOf(split(x, sizes)).toEqualTypeOf<readonly Value[]>();
  });

  test("refuses parts that do not make up the axis", () => {
    expect(() => split(x, 4)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: split: axis -1 of z f32[50, 510] does not divide into 4 parts.]`,
    );
    expect(() => split(x, 0)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: split: axis -1 of z f32[50, 510] does not divide into 0 parts.]`,
    );
    expect(() => split(x, [500, 11])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: split: axis -1 of z f32[50, 510] does not divide into parts of 500, 11: they are 511 together.]`,
    );
    expect(() => split(x, 4, { axis: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: split: z f32[50, 510] has rank 2, so 2 is not one of its axes.]`,
    );
  });
});
