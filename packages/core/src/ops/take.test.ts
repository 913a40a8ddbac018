import { describe, expect, test } from "vitest";
import { f64, i32, numbers, slope, slopeOf } from "../../test/numbers.ts";
import { evaluate } from "../engine/compile.ts";
import { input } from "../graph/graph.ts";
import { square } from "./arithmetic.ts";
import { scatterAdd, take } from "./take.ts";

const table = f64([
  [1, 2],
  [3, 4],
  [5, 6],
]);

describe("take", () => {
  test("replaces the axis by those of the index", () => {
    expect(numbers(take(table, i32([2, 0])))).toEqual([5, 6, 1, 2]);
    expect(numbers(take(table, i32(1)))).toEqual([3, 4]);
    expect(
      numbers(
        take(
          table,
          i32([
            [0, 0],
            [1, 2],
          ]),
        ),
      ),
    ).toEqual([1, 2, 1, 2, 3, 4, 5, 6]);
    expect(
      take(input({ dtype: "f32", shape: [7, 65, 3] }), input({ dtype: "i32", shape: [5, 4] }), { axis: 1 })
        .shape,
    ).toEqual([7, 5, 4, 3]);
  });

  test("takes along other axes", () => {
    expect(numbers(take(table, i32([1, 1, 0]), { axis: 1 }))).toEqual([2, 2, 1, 4, 4, 3, 6, 6, 5]);
    expect(numbers(take(table, i32(1), { axis: -1 }))).toEqual([2, 4, 6]);
    expect(
      numbers(
        take(
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
          i32([[1], [0]]),
          { axis: 1 },
        ),
      ),
    ).toEqual([3, 4, 1, 2, 7, 8, 5, 6]);
  });

  test("reads 0 outside of the axis", () => {
    expect(numbers(take(table, i32([-1, 0])))).toEqual([0, 0, 1, 2]);
    const far = evaluate(take(table, i32([3, 0, -2])), { checks: "none" });
    expect([...far.data]).toEqual([0, 0, 1, 2, 0, 0]);
  });

  test("adds up the cotangents of rows that were taken twice", () => {
    const dy = f64([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(numbers(slopeOf((x) => take(x, i32([2, 0, 2])), table, dy))).toEqual([3, 4, 0, 0, 6, 8]);
    expect(numbers(slopeOf((x) => take(x, i32([2, -1, 2])), table, dy))).toEqual([0, 0, 0, 0, 6, 8]);
    expect(numbers(slope((x) => take(x, i32([1, 1, 0]), { axis: 1 }), table))).toEqual([1, 2, 1, 2, 1, 2]);
  });

  test("has a second derivative", () => {
    // Row 2 is taken twice: the gradient of the sum of its squares is 4 x, and its own 4.
    expect(numbers(slope((y) => slope((x) => square(take(x, i32([2, 2, 0]))), y), table))).toEqual([
      2, 2, 0, 0, 4, 4,
    ]);
  });

  test("refuses an index that is not i32, and axes that are not there", () => {
    const x = input({ dtype: "f32", shape: [65, 128] }, "params.embed.table");
    const f = input({ dtype: "f32", shape: [50, 50] }, "batch.x");
    expect(() => take(x, f)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: take: index batch.x is f32[50, 50]; indices are i32.
      Convert it first: cast(batch.x, "i32").]
    `);
    expect(() => take(x, i32([0]), { axis: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: take: params.embed.table f32[65, 128] has rank 2, so 2 is not one of its axes.]`,
    );
    expect(() =>
      take(input({ dtype: "f32", shape: [] }, "loss"), i32([0])),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: take: loss f32[] has rank 0, so 0 is not one of its axes.]`,
    );
    expect(() => take(x, [0] as never)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: take: operand 2 is an array.
      An op takes values one by one; join values with concat or stack.]
    `);
  });
});

describe("scatterAdd", () => {
  test("adds rows up on zeros, by their numbers", () => {
    expect(numbers(scatterAdd(table, i32([2, 0, 2]), 4))).toEqual([3, 4, 0, 0, 6, 8, 0, 0]);
    expect(numbers(scatterAdd(table, i32([1, 1]), 2, { axis: 1 }))).toEqual([0, 3, 0, 7, 0, 11]);
    expect(numbers(scatterAdd(f64([7, 8]), i32(2), 3))).toEqual([0, 0, 0, 0, 7, 8]);
    expect(
      numbers(
        scatterAdd(
          f64([
            [1, 2],
            [3, 4],
          ]),
          i32([
            [0, 1],
            [1, 1],
          ]),
          3,
        ),
      ),
    ).toEqual([1, 9, 0]);
    expect(numbers(scatterAdd(i32([1, 2]), i32([0, 0]), 1))).toEqual([3]);
  });

  test("drops rows outside of the axis", () => {
    expect(numbers(scatterAdd(table, i32([-1, 0, 1]), 2))).toEqual([3, 4, 5, 6]);
    const far = evaluate(scatterAdd(table, i32([2, 0, -7]), 2), { checks: "none" });
    expect([...far.data]).toEqual([3, 4, 0, 0]);
  });

  test("of no rows is zeros", () => {
    expect(numbers(scatterAdd(f64([]), i32([]), 2))).toEqual([0, 0]);
  });

  test("hands each row the cotangent of its place", () => {
    const dy = f64([
      [1, 2],
      [3, 4],
    ]);
    expect(numbers(slopeOf((x) => scatterAdd(x, i32([1, -1, 1]), 2), table, dy))).toEqual([3, 4, 0, 0, 3, 4]);
  });

  test("refuses sources that lack the axes of the index", () => {
    const source = input({ dtype: "f32", shape: [50, 128] }, "dy");
    const index = input({ dtype: "i32", shape: [49] }, "ids");
    expect(() => scatterAdd(source, index, 65)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scatterAdd: dy f32[50, 128] and ids i32[49]: the source lacks the axes of the index from axis 0 on.]`,
    );
    expect(() => scatterAdd(source, i32([0]), 65, { axis: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scatterAdd: dy f32[50, 128] and constant i32[1]: the source lacks the axes of the index from axis 2 on.]`,
    );
    expect(() => scatterAdd(source, i32([0]), -1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scatterAdd: dy f32[50, 128] and constant i32[1]: -1 is no number of rows.]`,
    );
    expect(() =>
      scatterAdd(input({ dtype: "bool", shape: [1] }, "mask"), i32([0]), 2),
    ).toThrowErrorMatchingInlineSnapshot(
      `
      [DTypeError: scatterAdd: mask bool[1]: scatterAdd is defined on f32, f64, i32.
      Convert it first: cast(mask, "i32").]
    `,
    );
  });
});
