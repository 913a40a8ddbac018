import { describe, expect, test } from "vitest";
import { exponent, nearest, scale } from "./float.ts";

const smallest = 2 ** -1074;

test("a number is its exponent's power of two times something from 1 to 2", () => {
  for (const x of [1, 1.5, 2, -3, 0.1, 1e300, -1e-300, Number.MAX_VALUE, 2 ** -1022, 3 * smallest]) {
    const fraction = Math.abs(scale(x, -exponent(x)));
    expect(fraction).toBeGreaterThanOrEqual(1);
    expect(fraction).toBeLessThan(2);
    expect(scale(scale(x, -exponent(x)), exponent(x))).toBe(x);
  }
  expect([1, 0.5, 8, smallest, 2 ** -1022].map(exponent)).toEqual([0, -1, 3, -1074, -1022]);
});

describe("scale", () => {
  test("multiplies by a power of two, up to infinity and down to nothing", () => {
    expect(scale(3, 4)).toBe(48);
    expect(scale(smallest, 2097)).toBe(2 ** 1023);
    expect(scale(Number.MAX_VALUE, 1)).toBe(Infinity);
    expect(scale(-1, 2 ** 31 - 1)).toBe(-Infinity);
    expect(scale(2 ** 1023, -2097)).toBe(smallest);
    expect(scale(1, -(2 ** 31))).toBe(0);
    expect(Object.is(scale(-1, -2000), -0)).toBe(true);
    expect(scale(NaN, 3)).toBeNaN();
  });

  test("rounds once, halves to even, where numbers are subnormal", () => {
    expect(scale(1.5, -1074)).toBe(2 * smallest);
    expect(scale(2.5, -1074)).toBe(2 * smallest);
    expect(scale(0.5, -1074)).toBe(0);
    // A little more than half of the smallest number. Rounded on the way it would be half, and then 0.
    expect(scale(1 + 2 ** -52, -1075)).toBe(smallest);
    expect(scale((1 + 2 ** -52) / 2, -1074)).toBe(smallest);
  });
});

test("nearest rounds halves to even and keeps the sign of zero", () => {
  const numbers = [
    0.5,
    1.5,
    2.5,
    3.5,
    -0.5,
    -1.5,
    -2.5,
    0.49999999999999994,
    2.4,
    -2.6,
    2 ** 52 + 1,
    Infinity,
    NaN,
  ];
  expect(numbers.map(nearest)).toEqual([0, 2, 2, 4, -0, -2, -2, 0, 2, -3, 2 ** 52 + 1, Infinity, NaN]);
});
