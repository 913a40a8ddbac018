import { expect, test } from "vitest";
import { fista, ista, l1, type FistaOptions } from "./fista.ts";
import type { Objective } from "./objective.ts";

const vector = (...xs: readonly number[]) => Float64Array.from(xs);
/** Half the sum of curvature (x - at)^2: with the l1 penalty its least point is known. */
const curvature = [1, 4, 25];
const at = [3, -2, 0.01];
const smooth: Objective = (x) => ({
  f: x.reduce((sum, n, i) => sum + 0.5 * curvature[i]! * (n - at[i]!) ** 2, 0),
  g: x.map((n, i) => curvature[i]! * (n - at[i]!)),
});
const least = at.map((n, i) => Math.sign(n) * Math.max(Math.abs(n) - 0.5 / curvature[i]!, 0));

test("both end at the soft threshold of each number, with a zero that is exact", () => {
  const options: FistaOptions = { iterations: 500, tolerance: 1e-12 };
  for (const method of [fista, ista]) {
    const { x, f } = method(smooth, l1(0.5), new Float64Array(3), options);
    x.forEach((n, i) => expect(n).toBeCloseTo(least[i]!, 9));
    expect(x[2]).toBe(0);
    expect(f).toBeCloseTo(
      smooth(vector(...least)).f + 0.5 * least.reduce((sum, n) => sum + Math.abs(n), 0),
      12,
    );
  }
});

test("the loss keeps within the bounds of the paper's theorems, and ista's never rises", () => {
  const start = vector(-10, 10, 10);
  const best = ista(smooth, l1(0.5), start, { iterations: 2000, tolerance: 1e-13 }).f;
  const distance2 = least.reduce((sum, n, i) => sum + (n - start[i]!) ** 2, 0);
  // The largest curvature times what backtracking may overshoot by.
  const scale = 1.5 * 25;
  const losses = (method: typeof fista): number[] => {
    const found: number[] = [];
    method(smooth, l1(0.5), start, { iterations: 40, tolerance: 0, onIteration: ({ f }) => found.push(f) });
    return found;
  };
  const [fast, slow] = [losses(fista), losses(ista)];
  slow.forEach((f, i) => expect(f - best).toBeLessThanOrEqual((scale * distance2) / (2 * (i + 1))));
  fast.forEach((f, i) => expect(f - best).toBeLessThanOrEqual((2 * scale * distance2) / (i + 2) ** 2));
  slow.slice(1).forEach((f, i) => expect(f).toBeLessThanOrEqual(slow[i]! + 1e-12));
  expect(fast.at(-1)! - best).toBeLessThan(slow.at(-1)! - best + 1e-9);
});

test("the proximal point of l1 is the least of its sum", () => {
  const { value, proximal } = l1(2);
  for (const x of [-5, -1, 0, 0.3, 4]) {
    const [z] = proximal(vector(x), 0.5);
    const cost = (n: number): number => 0.5 * value(vector(n)) + (n - x) ** 2 / 2;
    for (const other of [z! - 1e-3, z! + 1e-3, 0, x]) expect(cost(z!)).toBeLessThanOrEqual(cost(other));
  }
});

test("options out of range are refused by name", () => {
  expect(() => ista(smooth, l1(1), vector(0), { growth: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: ista: growth: 1 is not in (1, Infinity).]`,
  );
  expect(() => l1(-1)).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: l1: weight: -1 is not in [0, Infinity).]`,
  );
});
