import { describe, expect, test } from "vitest";
import { derivative, f64, i32, numbers, value } from "../../test/numbers.ts";
import {
  abs,
  cos,
  erf,
  exp,
  expm1,
  gradient,
  log,
  log1p,
  mul,
  pow,
  sign,
  sin,
  sub,
  sum,
  type UnaryFunction,
  type Value,
} from "../index.ts";

interface Row {
  readonly f: UnaryFunction;
  readonly value: (x: number) => number;
  /** The first derivative and the second. */
  readonly slopes: readonly [(x: number) => number, (x: number) => number];
}

const density = (x: number): number => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x);
const rows: Readonly<Record<string, Row>> = {
  exp: { f: exp, value: Math.exp, slopes: [Math.exp, Math.exp] },
  expm1: { f: expm1, value: Math.expm1, slopes: [Math.exp, Math.exp] },
  log: { f: log, value: Math.log, slopes: [(x) => 1 / x, (x) => -1 / (x * x)] },
  log1p: { f: log1p, value: Math.log1p, slopes: [(x) => 1 / (1 + x), (x) => -1 / (1 + x) ** 2] },
  sin: { f: sin, value: Math.sin, slopes: [Math.cos, (x) => -Math.sin(x)] },
  cos: { f: cos, value: Math.cos, slopes: [(x) => -Math.sin(x), (x) => -Math.cos(x)] },
};

describe.each(Object.entries(rows))("%s", (_, { f, value, slopes }) => {
  const at = [0.1, 0.5, 2];

  test("has the value of Math's function", () => {
    numbers(f(f64(at))).forEach((y, i) => expect(y).toBeCloseTo(value(at[i]!), 14));
  });

  test("has its derivatives of orders one and two", () => {
    slopes.forEach((slope, i) =>
      derivative(f, at, i + 1).forEach((dy, j) => expect(dy).toBeCloseTo(slope(at[j]!), 13)),
    );
  });
});

test("expm1 and log1p keep their digits near 0, and expm1's derivative far below", () => {
  expect(numbers(expm1(f64([1e-20])))).toEqual([1e-20]);
  expect(numbers(log1p(f64([1e-20])))).toEqual([1e-20]);
  expect(derivative(expm1, [-50])).toEqual([Math.exp(-50)]);
});

test("log is -Infinity at 0 and NaN below", () => {
  expect(numbers(log(value([0, -1])))).toEqual([-Infinity, NaN]);
});

describe("erf", () => {
  test("has the published values", () => {
    // Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, table 7.1.
    const published = [0, 0.5204998778, 0.8427007929, 0.995322265];
    numbers(erf(f64([0, 0.5, 1, 2]))).forEach((y, i) => expect(y).toBeCloseTo(published[i]!, 9));
    expect(numbers(erf(f64([-Infinity, Infinity])))).toEqual([-1, 1]);
  });

  test("has the normal density as derivative", () => {
    derivative(erf, [0, 1]).forEach((dy, x) => expect(dy).toBeCloseTo(density(x), 14));
    expect(derivative(erf, [1], 2)[0]).toBeCloseTo(-2 * density(1), 14);
  });
});

describe("pow", () => {
  test("raises to the power", () => {
    expect(numbers(pow(f64([2, 4, -2, 0]), f64([10, 0.5, 3, 0])))).toEqual([1024, 2, -8, 1]);
    expect(numbers(pow(f64([-2]), 0.5))).toEqual([NaN]);
  });

  test("has derivatives by both operands", () => {
    const [x, y] = [f64([3]), f64([2])];
    const { dx, dy } = gradient(sum(pow(x, y)), { dx: x, dy: y });
    expect(numbers(dx)).toEqual([6]);
    expect(numbers(dy)[0]).toBeCloseTo(9 * Math.log(3), 13);
  });

  test("is differentiable at 0 as the polynomial that it is", () => {
    const square = (x: Value): Value => pow(x, 2);
    expect(derivative(square, [0, -3], 1)).toEqual([0, -6]);
    expect(derivative(square, [0, -3], 2)).toEqual([2, 2]);
    expect(derivative(square, [0, 3], 3)).toEqual([0, 0]);
    expect(derivative((x) => pow(x, 1), [0])).toEqual([1]);
    expect(derivative((x) => pow(x, 0), [0, 2])).toEqual([0, 0]);
  });

  test("no NaN comes from the logarithm of what is not positive", () => {
    expect(derivative((y) => pow(f64([0, -2]), y), [2, 2])).toEqual([0, 0]);
    expect(derivative((y) => pow(f64([0, -2]), y), [2, 2], 2)).toEqual([0, 0]);
  });

  test("its mixed derivative is right where the exponent is 0", () => {
    // d/dy of y x^(y - 1) is 1 / x there.
    const [x, y] = [f64([4]), f64([0])];
    expect(numbers(gradient(sum(gradient(sum(pow(x, y)), x)), y))).toEqual([1 / 4]);
  });
});

describe("abs and sign", () => {
  test("have their values on floats and integers", () => {
    expect(numbers(abs(value([-2, 0, 3])))).toEqual([2, 0, 3]);
    expect(numbers(sign(value([-2, 0, 3, NaN, -Infinity])))).toEqual([-1, 0, 1, NaN, -1]);
    expect(numbers(abs(i32([-2, 3])))).toEqual([2, 3]);
    expect(numbers(sign(i32([-2, 0, 3])))).toEqual([-1, 0, 1]);
  });

  test("the derivative of abs is the sign, 0 at 0, and its second derivative 0", () => {
    expect(derivative(abs, [-2, 0, 3], 1)).toEqual([-1, 0, 1]);
    expect(derivative(abs, [-2, 0, 3], 2)).toEqual([0, 0, 0]);
    expect(derivative((x) => mul(x, abs(x)), [-2, 3], 2)).toEqual([-2, 2]);
  });

  test("sign has no derivative, and says so", () => {
    const x = f64([1, 2]).name("x");
    expect(() => gradient(sum(mul(sign(x), sub(x, 1))), x)).toThrowErrorMatchingInlineSnapshot(`
      [GradientError: gradient: sign has no derivative.
      Stop the gradient before it with detach, or choose another path to x f64[2].]
    `);
  });
});
