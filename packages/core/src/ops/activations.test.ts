import { describe, expect, test } from "vitest";
import { derivative, f64, i32, numbers, value } from "../../test/numbers.ts";
import { gelu, relu, sigmoid, softplus, tanh } from "../index.ts";

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

describe("tanh and sigmoid", () => {
  test("have their values, also far out", () => {
    expect(numbers(tanh(f64([0, 0.5, -1000])))).toEqual([0, Math.tanh(0.5), -1]);
    expect(numbers(sigmoid(f64([0, 1000, -1000])))).toEqual([0.5, 1, 0]);
    expect(numbers(sigmoid(f64([1])))[0]).toBeCloseTo(logistic(1), 15);
  });

  test("have the derivatives 1 - y^2 and y (1 - y)", () => {
    expect(derivative(tanh, [0])).toEqual([1]);
    expect(derivative(tanh, [0.5])[0]).toBeCloseTo(1 - Math.tanh(0.5) ** 2, 15);
    expect(derivative(tanh, [0.5], 2)[0]).toBeCloseTo(-2 * Math.tanh(0.5) * (1 - Math.tanh(0.5) ** 2), 15);
    expect(derivative(sigmoid, [0])).toEqual([1 / 4]);
    expect(derivative(sigmoid, [0], 2)).toEqual([0]);
    expect(derivative(sigmoid, [0], 3)).toEqual([-1 / 8]);
  });
});

describe("softplus", () => {
  test("is e^x far below 0 and x far above", () => {
    expect(numbers(softplus(f64([-100, 0, 1000])))).toEqual([Math.exp(-100), Math.LN2, 1000]);
    expect(numbers(softplus(value([-100, -30])))).toEqual([
      Math.fround(Math.exp(-100)),
      Math.fround(Math.exp(-30)),
    ]);
    expect(numbers(softplus(f64([NaN, Infinity, -Infinity])))).toEqual([NaN, Infinity, 0]);
  });

  test("has the logistic function as derivative, in both tails", () => {
    expect(derivative(softplus, [-1000, 0, 1000])).toEqual([0, 0.5, 1]);
    expect(derivative(softplus, [0], 2)).toEqual([1 / 4]);
    expect(derivative(softplus, [-1000, 1000], 2)).toEqual([0, 0]);
  });
});

describe("relu", () => {
  test("is the positive part, of integers as well", () => {
    expect(numbers(relu(value([-1, 0, 2, NaN])))).toEqual([0, 0, 2, NaN]);
    expect(numbers(relu(i32([-1, 2])))).toEqual([0, 2]);
  });

  test("has derivative 0 at 0 and below, and 1 above", () => {
    expect(derivative(relu, [-1, 0, 2])).toEqual([0, 0, 1]);
    expect(derivative(relu, [-1, 0, 2], 2)).toEqual([0, 0, 0]);
  });
});

describe("gelu", () => {
  test("is x times the normal distribution", () => {
    // The distribution at 1 is 0.8413447461: Abramowitz and Stegun, table 26.1.
    const [at1, at0, below] = numbers(gelu(f64([1, 0, -1]))) as [number, number, number];
    expect(at1).toBeCloseTo(0.8413447461, 9);
    expect(at0).toBe(0);
    expect(below).toBeCloseTo(0.8413447461 - 1, 9);
  });

  test("has the derivative P(x) + x p(x)", () => {
    const density = Math.exp(-1 / 2) / Math.sqrt(2 * Math.PI);
    expect(derivative(gelu, [0])).toEqual([0.5]);
    expect(derivative(gelu, [1])[0]).toBeCloseTo(0.8413447461 + density, 9);
    // 2 p - x^2 p vanishes at the square root of two.
    expect(derivative(gelu, [Math.SQRT2], 2)[0]).toBeCloseTo(0, 14);
  });

  test("has its limits far out, and so do its derivatives", () => {
    for (const far of [Infinity, Number.MAX_VALUE, 41]) {
      expect(numbers(gelu(f64([far, -far]))).map(Math.abs)).toEqual([far, 0]);
      expect(derivative(gelu, [far, -far]).map(Math.abs)).toEqual([1, 0]);
      expect(derivative(gelu, [far, -far], 2).map(Math.abs)).toEqual([0, 0]);
    }
    expect(numbers(gelu(value([Infinity, -Infinity, NaN]))).map(Math.abs)).toEqual([Infinity, 0, NaN]);
  });
});
