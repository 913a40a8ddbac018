import { describe, expect, test } from "vitest";
import { f64, i32, numbers } from "../../test/numbers.ts";
import { iota, oneHot } from "../index.ts";

describe("iota", () => {
  test("counts from 0, in i32 unless told otherwise", () => {
    expect(iota(3).type).toEqual({ dtype: "i32", shape: [3] });
    expect(numbers(iota(3))).toEqual([0, 1, 2]);
    expect(iota(2, { dtype: "f64" }).type).toEqual({ dtype: "f64", shape: [2] });
    expect(numbers(iota(2, { dtype: "f32" }))).toEqual([0, 1]);
    expect(numbers(iota(0))).toEqual([]);
  });

  test("refuses what is no size", () => {
    expect(() => iota(-1)).toThrowErrorMatchingInlineSnapshot(`[ShapeError: iota: -1 is no size.]`);
  });
});

describe("oneHot", () => {
  test("is 1 at the index", () => {
    const rows = oneHot(i32([2, 0]), 3, "f32");
    expect(rows.type).toEqual({ dtype: "f32", shape: [2, 3] });
    expect(numbers(rows)).toEqual([0, 0, 1, 1, 0, 0]);
    expect(numbers(oneHot(i32(1), 2, "bool"))).toEqual([0, 1]);
  });

  test("is a row of zeros for an index outside", () => {
    expect(numbers(oneHot(i32([-1, 3]), 3, "i32"))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("refuses an index that is no i32", () => {
    expect(() => oneHot(f64([1]).name("label"), 3, "f64")).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: oneHot: index label is f64[1]; indices are i32.
      Convert it first: cast(label, "i32").]
    `);
  });
});
