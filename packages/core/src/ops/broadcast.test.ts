import { describe, expect, test } from "vitest";
import { f64, i32, numbers, slope, slopeOf } from "../../test/numbers.ts";
import { input } from "../graph/graph.ts";
import { add, mul, square } from "./arithmetic.ts";
import { broadcastTo, sum } from "./broadcast.ts";

const x = input({ dtype: "f32", shape: [2, 3] }, "x");

describe("broadcastTo", () => {
  test("repeats axes of size 1 and adds axes in front", () => {
    expect(numbers(broadcastTo(f64([[1], [2]]), [2, 3]))).toEqual([1, 1, 1, 2, 2, 2]);
    expect(numbers(broadcastTo(f64([1, 2]), [2, 2]))).toEqual([1, 2, 1, 2]);
    expect(numbers(broadcastTo(f64(1), [0]))).toEqual([]);
  });

  test("sums the cotangent over what was repeated", () => {
    const dy = f64([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(numbers(slopeOf((v) => broadcastTo(v, [2, 3]), f64([[1], [1]]), dy))).toEqual([6, 15]);
    expect(numbers(slopeOf((v) => broadcastTo(v, [2, 3]), f64([1, 1, 1]), dy))).toEqual([5, 7, 9]);
    expect(numbers(slopeOf((v) => broadcastTo(v, [2, 3]), f64([[1]]), dy))).toEqual([21]);
    expect(
      numbers(
        slopeOf(
          (v) => broadcastTo(v, [1, 2, 3]),
          f64([
            [1, 1, 1],
            [1, 1, 1],
          ]),
          dy,
        ),
      ),
    ).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("refuses a shape that the value does not fit", () => {
    expect(() => broadcastTo(x, [2, 4])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: broadcastTo: x f32[2, 3] does not broadcast to [2, 4].]`,
    );
    expect(() => broadcastTo(x, [3])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: broadcastTo: x f32[2, 3] does not broadcast to [3].]`,
    );
  });
});

describe("sum", () => {
  const matrix = f64([
    [1, 2, 3],
    [4, 5, 6],
  ]);

  test("adds along all axes, or those named", () => {
    expect(numbers(sum(matrix))).toEqual([21]);
    expect(numbers(sum(matrix, { axis: 0 }))).toEqual([5, 7, 9]);
    expect(numbers(sum(matrix, { axis: -1 }))).toEqual([6, 15]);
    expect(numbers(sum(matrix, { axis: [1, 0] }))).toEqual([21]);
    expect(numbers(sum(matrix, { axis: [] }))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(numbers(sum(i32([3, 4])))).toEqual([7]);
  });

  test("keeps the axes as size 1 when asked to", () => {
    expect(sum(x, { axis: 1, keepDims: true }).shape).toEqual([2, 1]);
    expect(sum(x, { keepDims: true }).shape).toEqual([1, 1]);
    expect(sum(x, { axis: 1 }).shape).toEqual([2]);
  });

  test("over nothing is 0", () => {
    expect(numbers(sum(f64([[], []]), { axis: 1 }))).toEqual([0, 0]);
    expect(numbers(sum(f64([])))).toEqual([0]);
  });

  test("hands its cotangent to every entry", () => {
    expect(numbers(slopeOf((v) => sum(v, { axis: 0 }), matrix, f64([1, 2, 3])))).toEqual([1, 2, 3, 1, 2, 3]);
    expect(numbers(slopeOf((v) => sum(v, { axis: 1, keepDims: true }), matrix, f64([[1], [2]])))).toEqual([
      1, 1, 1, 2, 2, 2,
    ]);
  });

  test("has a second derivative", () => {
    // (a + b)^2: the gradient is 2 (a + b) twice, the gradient of its sum 4 twice.
    expect(numbers(slope((v) => slope((w) => square(sum(w)), v), f64([3, 5])))).toEqual([4, 4]);
  });

  test("is what a broadcast operand's cotangent needs, and nothing more", () => {
    const [w, bias] = [input({ dtype: "f32", shape: [2, 3] }), input({ dtype: "f32", shape: [3] })];
    const dBias = slope((v) => add(w, v), bias);
    expect(dBias.node.op.name).toBe("sum");
    const row = slope((v) => mul(w, v), input({ dtype: "f32", shape: [2, 1] }));
    expect([row.node.op.name, row.shape]).toEqual(["sum", [2, 1]]);
  });

  test("refuses axes that are not there, and bools", () => {
    expect(() => sum(x, { axis: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: sum: x f32[2, 3] has rank 2, so 2 is not one of its axes.]`,
    );
    expect(() => sum(x, { axis: [1, -1] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: sum: axis 1 of x f32[2, 3] is named twice.]`,
    );
    expect(() => sum(input({ dtype: "bool", shape: [2] }, "mask"))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: sum: mask bool[2]: sum is defined on f32, f64, i32.
      Count with sum(cast(x, "i32")), or ask any(x) or all(x).]
    `);
    expect(() => sum(3 as never)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: sum: operand 1 is the number 3.
      Lift it with full(number, type).]
    `);
  });
});

test("operands that do not broadcast are named with the axis and both sizes", () => {
  const h = input({ dtype: "f32", shape: [50, 128] }, "h");
  expect(() => add(h, input({ dtype: "f32", shape: [50, 512] }, "z"))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: add: h f32[50, 128] and z f32[50, 512] do not broadcast: axis -1 is 128 and 512.]`,
  );
  expect(() => mul(h, input({ dtype: "f32", shape: [50] }, "t"))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: mul: h f32[50, 128] and t f32[50] do not broadcast: axis -1 is 128 and 50.
    A value per row must be [50, 1]: unsqueeze(t, 1).]
  `);
});
