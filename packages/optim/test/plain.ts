import { expect } from "vitest";
import type { Transform } from "../src/index.ts";
import { f64, minimise, numbers, quadratic } from "./train.ts";

/** What a method does to one number: given the gradient, the number and the step, from 1, the number after it. */
export type PlainRule = (g: number, x: number, t: number) => number;

/** What both sides go down: half the sum of curvature times x^2. */
const curvature = [1, 100, 1e-3];
const start = [3, -2, 1];

/**
 * Asserts that an optimiser's path is that of a rule written on numbers, of which each element has its own.
 * `within` is relative to the largest number of the start.
 */
export function expectPath(
  optimizer: Transform,
  rule: () => PlainRule,
  { steps = 60, within = 1e-12 }: { readonly steps?: number; readonly within?: number } = {},
): void {
  const rules = start.map(rule);
  const x = [...start];
  minimise(optimizer, { x: f64(start) }, quadratic(curvature), steps).forEach((at, i) => {
    numbers(at).forEach((n, k) => {
      x[k] = rules[k]!(curvature[k]! * x[k]!, x[k]!, i + 1);
      expect(Math.abs(n - x[k]), `step ${i + 1}, element ${k}: ${n} is not ${x[k]}`).toBeLessThanOrEqual(
        within,
      );
    });
  });
}
