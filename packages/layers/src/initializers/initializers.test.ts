import { describe, expect, test } from "vitest";
import { hostRandom, type Init, type Shape } from "@unroll/core";
import { filled, glorot, he, identity, normal, ones, uniform, zeros } from "../index.ts";

const draw = (init: Init, shape: Shape, path = "w"): number[] => Array.from(init(shape, hostRandom(1, path)));

const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
const variance = (xs: readonly number[]): number => mean(xs.map((x) => x * x)) - mean(xs) ** 2;

test("constants are the same everywhere", () => {
  expect(draw(zeros, [2])).toEqual([0, 0]);
  expect(draw(ones, [1, 2])).toEqual([1, 1]);
  expect(draw(filled(0.25), [3])).toEqual([0.25, 0.25, 0.25]);
});

test("the identity has its scale on the diagonal, of any matrix", () => {
  expect(draw(identity(), [2, 2])).toEqual([1, 0, 0, 1]);
  expect(draw(identity(0.5), [2, 3])).toEqual([0.5, 0, 0, 0, 0.5, 0]);
  expect(draw(identity(), [3, 2])).toEqual([1, 0, 0, 1, 0, 0]);
});

describe("moments", () => {
  const shape = [200, 300];
  // Five deviations of the estimates: of a mean sqrt(v / n), of a variance at most sqrt(2 / n) v.
  const near = (xs: readonly number[], v: number): void => {
    expect(Math.abs(mean(xs))).toBeLessThan(5 * Math.sqrt(v / xs.length));
    expect(Math.abs(variance(xs) - v)).toBeLessThan(5 * Math.sqrt(2 / xs.length) * v);
  };

  test("uniform stays within its limit and has the variance limit^2 / 3", () => {
    const xs = draw(uniform(0.3), shape);
    expect(Math.max(...xs.map(Math.abs))).toBeLessThanOrEqual(0.3);
    near(xs, 0.03);
  });

  test("normal has its deviation", () => near(draw(normal(2), shape), 4));

  test("glorot is uniform with the variance 2 / (inputs + outputs)", () => {
    const xs = draw(glorot(), shape);
    expect(Math.max(...xs)).toBeLessThanOrEqual(Math.sqrt(6 / 500));
    near(xs, 2 / 500);
  });

  test("he has the variance 2 / inputs", () => near(draw(he(), shape), 2 / 200));

  test("of filters, their field counts", () => {
    near(draw(glorot(), [3, 3, 50, 60]), 2 / (9 * 110));
    near(draw(he(), [3, 3, 50, 60]), 2 / (9 * 50));
  });
});

test("a vector has no inputs and outputs", () => {
  expect(() => draw(glorot(), [5])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: glorot: [5] is no matrix.
    For other shapes choose uniform, normal or filled.]
  `);
  expect(() => draw(he(), [5])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: he: [5] is no matrix.
    For other shapes choose uniform, normal or filled.]
  `);
  expect(() => draw(identity(), [2, 2, 2])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: identity: [2, 2, 2] is no matrix.
    For other shapes choose uniform, normal or filled.]
  `);
});
