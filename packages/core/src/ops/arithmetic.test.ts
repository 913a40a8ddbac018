import { describe, expect, test } from "vitest";
import { derivative, f64, i32, numbers, value } from "../../test/numbers.ts";
import { add, div, gradient, mul, neg, rsqrt, sqrt, square, sub, sum } from "../index.ts";

describe("values", () => {
  test("add and mul take two operands or more", () => {
    const x = value([1, 2]);
    expect(numbers(add(x, x))).toEqual([2, 4]);
    expect(numbers(add(x, 10, x, 100))).toEqual([112, 114]);
    expect(numbers(mul(x, 3, x))).toEqual([3, 12]);
  });

  test("sub, neg and square", () => {
    expect(numbers(sub(10, value([1, 2])))).toEqual([9, 8]);
    expect(numbers(neg(value([1, -2])))).toEqual([-1, 2]);
    expect(numbers(square(value([3, -4])))).toEqual([9, 16]);
  });

  test("a quotient of integers is truncated, and 0 for a zero divisor", () => {
    expect(numbers(div(i32([7, -7, 7, 1]), i32([2, 2, -2, 0])))).toEqual([3, -3, -3, 0]);
  });

  test("integers wrap", () => {
    expect(numbers(add(i32([2 ** 31 - 1]), 1))).toEqual([-(2 ** 31)]);
    expect(numbers(mul(i32([2 ** 16 + 1]), 2 ** 16 + 1))).toEqual([2 ** 17 + 1]);
  });

  test("every f32 result is rounded to f32", () => {
    expect(numbers(add(value([1]), 2 ** -25))).toEqual([1]);
    expect(numbers(div(value([1]), 3))).toEqual([Math.fround(1 / 3)]);
  });

  test("sqrt and rsqrt", () => {
    expect(numbers(sqrt(f64([4, 2, 0])))).toEqual([2, Math.SQRT2, 0]);
    expect(numbers(rsqrt(f64([4, 0.25])))).toEqual([0.5, 2]);
  });
});

describe("gradients", () => {
  test("of a product: the other factors", () => {
    const [x, y, z] = [f64(2), f64(3), f64(5)];
    expect(Object.values(gradient(mul(x, y, z), { x, y, z })).map(numbers)).toEqual([[15], [10], [6]]);
  });

  test("of a quotient: dx = 1 / y and dy = -x / y^2", () => {
    const [x, y] = [f64(3), f64(2)];
    const { dx, dy } = gradient(div(x, y), { dx: x, dy: y });
    expect([numbers(dx), numbers(dy)]).toEqual([[0.5], [-0.75]]);
  });

  test("of an operand that was repeated: the sum over its uses", () => {
    const [column, row] = [f64([[1], [2]]), f64([10, 20, 30])];
    const { c, r } = gradient(sum(mul(column, row)), { c: column, r: row });
    expect([c.shape, numbers(c)]).toEqual([
      [2, 1],
      [60, 60],
    ]);
    expect([r.shape, numbers(r)]).toEqual([[3], [3, 3, 3]]);
  });

  test("of the same value twice: both uses count", () => {
    expect(derivative((x) => mul(x, x), [3])).toEqual([6]);
    expect(derivative((x) => sub(x, x), [3])).toEqual([0]);
  });

  test("of sqrt and rsqrt, to the second order", () => {
    expect(derivative(sqrt, [4])).toEqual([1 / 4]);
    expect(derivative(sqrt, [4], 2)).toEqual([-1 / 32]);
    expect(derivative(rsqrt, [4])).toEqual([-1 / 16]);
    expect(derivative(rsqrt, [4], 2)[0]).toBeCloseTo(3 / 4 / 32, 15);
  });
});
