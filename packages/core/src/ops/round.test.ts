import { describe, expect, test } from "vitest";
import { derivative, f64, i32, numbers, value } from "../../test/numbers.ts";
import { floor, gradient, mod, mul, round, sum } from "../index.ts";

test("floor goes down, and round to the nearest, halves to the even one", () => {
  expect(numbers(floor(f64([1.5, -1.5, 2])))).toEqual([1, -2, 2]);
  expect(numbers(round(f64([0.5, 1.5, 2.5, -0.6, 2.4])))).toEqual([0, 2, 2, -1, 2]);
});

test("they have no derivative, and say so", () => {
  const x = f64([1.5]).name("x");
  for (const f of [floor, round]) {
    expect(() => gradient(sum(mul(f(x), x)), x)).toThrow(
      /(floor|round) has no derivative\.\nStop the gradient/,
    );
  }
  expect(() => floor(i32(1))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: floor: constant i32[]: floor is defined on f32, f64.
    Convert it first: cast(x, "f32").]
  `);
});

describe("mod", () => {
  test("has the sign of the divisor", () => {
    expect(numbers(mod(i32([7, -7, 7, -7, 6, -6]), i32([3, 3, -3, -3, 3, 3])))).toEqual([1, 2, -2, -1, 0, 0]);
    expect(numbers(mod(f64([5.5, -5.5, 5.5, -5.5]), f64([2, 2, -2, -2])))).toEqual([1.5, 0.5, -0.5, -1.5]);
    expect(numbers(mod(value([-1, 12.25]), 12))).toEqual([11, 0.25]);
  });

  test("an integer divisor of 0 gives 0", () => {
    expect(numbers(mod(i32([5]), 0))).toEqual([0]);
  });

  test("has the derivatives 1 and -floor(x / y)", () => {
    expect(derivative((x) => mod(x, 3), [7, -7])).toEqual([1, 1]);
    expect(derivative((y) => mod(f64([7, -7]), y), [3, 3])).toEqual([-2, 3]);
    expect(derivative((y) => mul(y, mod(f64([7]), y)), [3], 2)).toEqual([-4]);
  });
});
