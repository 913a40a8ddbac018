import { describe, expect, test } from "vitest";
import { differentiate, measureNoise } from "./difference.ts";
import { uniformNumbers } from "./random.ts";

/** Functions with their derivative at 0. */
const functions: Readonly<Record<string, readonly [f: (t: number) => number, slope: number]>> = {
  "exp(t)": [Math.exp, 1],
  "sin(40 t + 1)": [(t) => Math.sin(40 * t + 1), 40 * Math.cos(1)],
  "log(t + 0.01)": [(t) => Math.log(t + 0.01), 100],
  "1 / (t + 1e-4)": [(t) => 1 / (t + 1e-4), -1e8],
  "sqrt(t + 1e-3)": [(t) => Math.sqrt(t + 1e-3), 0.5 / Math.sqrt(1e-3)],
  "1e6 t": [(t) => 1e6 * t, 1e6],
  "1 + 1e-6 t": [(t) => 1 + 1e-6 * t, 1e-6],
  "a kink at 1e-4": [(t) => Math.abs(t - 1e-4), -1],
  "a constant": [() => 3, 0],
};

describe("differentiate", () => {
  for (const [title, [f, slope]] of Object.entries(functions)) {
    test(`${title} to 1e-8 of its slope, within its bound`, () => {
      const noise = Number.EPSILON * Math.abs(f(0));
      const { value, bound } = differentiate(f, { noise, goal: 1e-9 * Math.abs(slope) });
      expect(Math.abs(value - slope)).toBeLessThanOrEqual(bound);
      expect(bound).toBeLessThanOrEqual(1e-8 * Math.abs(slope) + noise * 10);
    });
  }

  test("takes a larger step when there is noise", () => {
    const random = uniformNumbers(1);
    const f = (t: number): number => Math.exp(t / 8) + 1e-9 * random();
    const { value, bound, step } = differentiate(f, { noise: 1e-9, goal: 1e-9 });
    expect(step).toBeGreaterThan(2 ** -5);
    expect(Math.abs(value - 1 / 8)).toBeLessThanOrEqual(bound);
  });

  test("has an infinite bound where nothing is finite", () => {
    expect(differentiate(() => NaN, { noise: 0, goal: 0 }).bound).toBe(Infinity);
  });
});

describe("measureNoise", () => {
  test("finds the noise of a smooth function, and none in its curvature", () => {
    const random = uniformNumbers(2);
    for (const level of [1e-12, 1e-8, 1e-4]) {
      const noise = measureNoise((t) => Math.exp(t) + level * (2 * random() - 1));
      // Eight deviations of a uniform number on [-level, level] are 4.6 levels.
      expect(noise).toBeGreaterThan(level);
      expect(noise).toBeLessThan(20 * level);
    }
    expect(measureNoise((t) => Math.fround(Math.exp(t)))).toBeGreaterThan(2 ** -24);
    expect(measureNoise(Math.exp)).toBeLessThan(1e-14);
  });
});
