import { describe, expect, test } from "vitest";
import { numbers } from "../../test/numbers.ts";
import { add, constant, full, sizes, tensor } from "../index.ts";

describe("constant", () => {
  test("has the tensor's type and numbers", () => {
    const x = constant(
      tensor(
        [
          [1, 2],
          [3, 4],
        ],
        { dtype: "i32" },
      ),
    );
    expect(x.type).toEqual({ dtype: "i32", shape: [2, 2] });
    expect(numbers(add(x, 1))).toEqual([2, 3, 4, 5]);
  });

  test("keeps the numbers that the tensor had when it was made", () => {
    const changing = tensor([1, 2]);
    const x = constant(changing);
    changing.data[0] = 100;
    expect(numbers(x)).toEqual([1, 2]);
  });
});

describe("full", () => {
  test("has one number everywhere", () => {
    expect(numbers(full(7, { dtype: "i32", shape: [3] }))).toEqual([7, 7, 7]);
    expect(numbers(full(0.1, { dtype: "f32", shape: [] }))).toEqual([Math.fround(0.1)]);
    expect(numbers(full(1, { dtype: "bool", shape: [2] }))).toEqual([1, 1]);
  });

  test("refuses numbers that the dtype lacks, and sizes that are none", () => {
    expect(() => full(0.5, { dtype: "i32", shape: [3] })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: full: 0.5 is not representable in i32.]`,
    );
    expect(() => full(2, { dtype: "bool", shape: [3] })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: full: 2 is not representable in bool.]`,
    );
    expect(() => full(0, { dtype: "f32", shape: [2.5] })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: full: [2.5] is no shape.
      Sizes are whole numbers from 0 on.]
    `);
  });
});

describe("sizes", () => {
  test("is the shape, when the rank is as expected", () => {
    const [T, B]: readonly [number, number] = sizes(full(0, { dtype: "f32", shape: [5, 2] }), 2);
    expect([T, B]).toEqual([5, 2]);
  });

  test("refuses another rank", () => {
    const x = full(0, { dtype: "f32", shape: [5, 2, 1] }).name("xs");
    expect(() => sizes(x, 2)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: sizes: xs f32[5, 2, 1] has rank 3, not 2.]`,
    );
  });
});
