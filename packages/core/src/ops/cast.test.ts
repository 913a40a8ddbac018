import { describe, expect, test } from "vitest";
import { f64, i32, numbers, value } from "../../test/numbers.ts";
import { cast, evaluate, gradient, mul, sum, type DType, type Value } from "../index.ts";

describe("cast", () => {
  test("between floats rounds to the nearest", () => {
    expect(numbers(cast(f64([0.1]), "f32"))).toEqual([Math.fround(0.1)]);
    expect(numbers(cast(value([0.5]), "f64"))).toEqual([0.5]);
  });

  test("to i32 drops the fraction, stops at the ends, and NaN is 0", () => {
    const x = f64([1.9, -1.9, 1e10, -1e10, NaN, Infinity]);
    expect(numbers(cast(x, "i32"))).toEqual([1, -1, 2 ** 31 - 1, -(2 ** 31), 0, 2 ** 31 - 1]);
  });

  test("to bool all but 0 are true, and from bool true is 1", () => {
    const condition = cast(f64([0, -0, 0.5, NaN]), "bool");
    expect(evaluate(condition).type).toEqual({ dtype: "bool", shape: [4] });
    expect(numbers(condition)).toEqual([0, 0, 1, 1]);
    expect(numbers(cast(i32([0, 256]), "bool"))).toEqual([0, 1]);
    for (const dtype of ["f32", "f64", "i32"] as const) {
      expect(evaluate(cast(value([true, false]), dtype)).type.dtype).toBe(dtype);
      expect(numbers(cast(value([true, false]), dtype))).toEqual([1, 0]);
    }
  });

  test("to its own dtype is the value itself", () => {
    const x = value([1]);
    expect(cast(x, "f32")).toBe(x);
  });

  test("carries cotangents back in the dtype of x", () => {
    const x = value([1, 2]);
    const loss = sum(mul(cast(x, "f64"), f64([3, 4])));
    const dx = gradient(loss, x);
    expect(dx.type).toEqual({ dtype: "f32", shape: [2] });
    expect(numbers(dx)).toEqual([3, 4]);
  });

  test("no gradient passes through integers", () => {
    const x = value([1, 2]).name("x");
    const throughIntegers = (y: Value): Value => sum(cast(cast(y, "i32"), "f32"));
    expect(() => gradient(throughIntegers(x), x)).toThrowErrorMatchingInlineSnapshot(`
      [GradientError: gradient: x reaches the loss only through cast, which has no derivative.
      Choose another path, or declare a gradient with customGradient.]
    `);
  });

  test("refuses what is no dtype", () => {
    expect(() => cast(value(1), "float" as DType)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: cast: "float" is no dtype.
      The dtypes are f32, f64, i32, bool.]
    `);
  });
});
