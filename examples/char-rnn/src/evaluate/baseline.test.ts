import { expect, test } from "vitest";
import { baselines } from "./baseline.ts";

test("single symbols and pairs are counted as the formula says", () => {
  // Of 0 1 0 2 0 1 1: behind 0 stood 1 twice and 2 once, behind 1 0 and 1 once each, behind 2 0.
  const train = Int32Array.of(0, 1, 0, 2, 0, 1, 1);
  const { single, pairs } = baselines(train, Int32Array.of(0, 1, 2, 3), 4);
  const p = [4 / 11, 4 / 11, 2 / 11, 1 / 11];
  expect(single).toBeCloseTo(-(Math.log(p[1]!) + Math.log(p[2]!) + Math.log(p[3]!)) / 3, 12);
  const behind0 = (2 + 2 * p[1]!) / 5;
  const behind1 = (0 + 2 * p[2]!) / 4;
  const behind2 = (0 + 1 * p[3]!) / 2;
  expect(pairs).toBeCloseTo(-(Math.log(behind0) + Math.log(behind1) + Math.log(behind2)) / 3, 12);
});

test("what stands behind a symbol sums to one, seen or not", () => {
  const train = Int32Array.of(0, 1, 0, 2, 0, 1, 1);
  for (const x of [0, 1, 2, 3]) {
    const odds = [0, 1, 2, 3].map((y) => Math.exp(-baselines(train, Int32Array.of(x, y), 4).pairs));
    expect(odds.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  }
});
