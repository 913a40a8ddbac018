import { describe, expect, test } from "vitest";
import { derivative, f64, i32, numbers, value } from "../../test/numbers.ts";
import { clamp, gradient, maximum, minimum, mul, sum, type BinaryFunction, type Value } from "../index.ts";

const slopes = (f: BinaryFunction, x: readonly number[], y: readonly number[]): number[][] => {
  const [a, b] = [f64(x), f64(y)];
  const { dx, dy } = gradient(sum(f(a, b)), { dx: a, dy: b });
  return [numbers(dx), numbers(dy)];
};

describe("maximum and minimum", () => {
  test("choose the larger and the smaller operand, and NaN where there is one", () => {
    expect(numbers(maximum(value([1, 5, NaN]), 3))).toEqual([3, 5, NaN]);
    expect(numbers(minimum(value([1, 5, NaN]), 3))).toEqual([1, 3, NaN]);
    expect(numbers(maximum(i32([-1, 5]), i32([2, 2])))).toEqual([2, 5]);
  });

  test("pass the cotangent to what was chosen, and half to each of equals", () => {
    expect(slopes(maximum, [1, 2, 3], [2, 2, 2])).toEqual([
      [0, 0.5, 1],
      [1, 0.5, 0],
    ]);
    expect(slopes(minimum, [1, 2, 3], [2, 2, 2])).toEqual([
      [1, 0.5, 0],
      [0, 0.5, 1],
    ]);
  });

  test("the maximum of a value and itself has derivative 1", () => {
    expect(derivative((x) => maximum(x, x), [4])).toEqual([1]);
  });
});

describe("clamp", () => {
  test("keeps to the limits, which may be numbers or values", () => {
    expect(numbers(clamp(value([-2, 0, 2, NaN]), -1, 1))).toEqual([-1, 0, 1, NaN]);
    expect(numbers(clamp(value([-2, 0, 2]), -1, value([1, 1, 5])))).toEqual([-1, 0, 2]);
    expect(numbers(clamp(i32([-7, 7]), 0, 5))).toEqual([0, 5]);
    expect(numbers(clamp(value([-2, 2]), 0, Infinity))).toEqual([0, 2]);
  });

  test("has derivative 1 from limit to limit, both included, and 0 outside", () => {
    expect(derivative((x) => clamp(x, -1, 1), [-2, -1, 0, 1, 2])).toEqual([0, 1, 1, 1, 0]);
    expect(derivative((x) => mul(x, clamp(x, -1, 1)), [0.5, 2], 2)).toEqual([2, 0]);
  });

  test("passes the cotangent to the limit that was taken", () => {
    const [low, high] = [f64(-1), f64(1)];
    const x = f64([-2, -3, 0, 5]);
    const d = gradient(sum(clamp(x, low, high)), { low, high });
    expect([numbers(d.low), numbers(d.high)]).toEqual([[2], [1]]);
  });

  test("refuses limits in the wrong order", () => {
    const x: Value = value([1]);
    expect(() => clamp(x, 1, -1)).toThrowErrorMatchingInlineSnapshot(
      `[UnrollError: clamp: the lower limit is 1 and the upper -1.]`,
    );
  });
});
