import { describe, expect, test } from "vitest";
import { cmaEs } from "./cma-es.ts";
import { differentialEvolution } from "./differential-evolution.ts";
import { eigen } from "./eigen.ts";

const sphere = (x: Float64Array): number => x.reduce((sum, n) => sum + n * n, 0);
const limits = { lower: [-5, -5, -5], upper: [5, 5, 5] };
const methods = [
  ["cmaEs", (f, options) => cmaEs(f, Float64Array.from([3, 2, 1]), { sigma: 1, ...options })],
  ["differentialEvolution", (f, options) => differentialEvolution(f, { ...limits, ...options })],
  [
    "differentialEvolution from the best",
    (f, options) => differentialEvolution(f, { ...limits, base: "best", ...options }),
  ],
] as const satisfies readonly (readonly [
  string,
  (f: (x: Float64Array) => number, options: Partial<Parameters<typeof cmaEs>[2]>) => ReturnType<typeof cmaEs>,
])[];

describe.each(methods)("%s", (_, method) => {
  test("one seed, one run; another seed, another", () => {
    const run = (seed: number) => method(sphere, { seed, evaluations: 300 });
    expect(run(1)).toEqual(run(1));
    expect(run(2).f).not.toBe(run(1).f);
  });

  test("stops at its target, after its evaluations, and when it is told", () => {
    const { f, reason } = method(sphere, { target: 1e-3 });
    expect([reason, f <= 1e-3]).toEqual(["target", true]);
    expect(method(sphere, { evaluations: 50 }).reason).toBe("evaluations");
    const stopped = method(sphere, { onIteration: ({ iteration }) => iteration < 4 });
    expect([stopped.reason, stopped.iteration]).toEqual(["callback", 4]);
  });

  test("losses that are not finite are the worst of all", () => {
    const walled = (x: Float64Array): number => (x[0]! < 0.5 ? NaN : x[1]! < 0 ? -Infinity : sphere(x));
    const { f, x } = method(walled, { evaluations: 3000 });
    expect(f).toBeCloseTo(0.25, 3);
    expect(x[0]).toBeGreaterThanOrEqual(0.5);
  });

  test("where no loss is finite there is nothing to do", () => {
    const { x, reason } = method(() => NaN, {});
    expect(reason).toBe("nonFinite");
    expect(x.every(Number.isFinite)).toBe(true);
  });

  test("the best of all is the result, not the best of the last", () => {
    let least = Infinity;
    const { f } = method(
      (x) => {
        const loss = sphere(x) * (1 + 0.5 * Math.sin(1e4 * x[0]!));
        least = Math.min(least, loss);
        return loss;
      },
      { evaluations: 400 },
    );
    expect(f).toBe(least);
  });
});

test("cmaEs goes far along a narrow valley that lies askew", () => {
  const valley = ([a, b]: Float64Array): number => (a! + b!) ** 2 + 1e4 * (a! - b!) ** 2;
  const { x, reason } = cmaEs(valley, Float64Array.from([10, 8]), { sigma: 1 });
  expect(reason).toBe("change");
  x.forEach((n) => expect(Math.abs(n)).toBeLessThan(1e-5));
});

test("eigen gives values and vectors of a symmetric matrix", () => {
  const n = 7;
  const matrix = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_x, j) => Math.sin((i + 1) * (j + 1)) + (i === j ? i : 0)),
  );
  const { values, vectors } = eigen(matrix);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      const product = matrix[i]!.reduce((sum, a, j) => sum + a * vectors[j]![k]!, 0);
      expect(product).toBeCloseTo(values[k]! * vectors[i]![k]!, 12);
      expect(vectors.reduce((sum, row) => sum + row[i]! * row[k]!, 0)).toBeCloseTo(i === k ? 1 : 0, 12);
    }
  }
});

test("options out of range are refused by name", () => {
  const start = Float64Array.from([1]);
  expect(() => cmaEs(sphere, start, { sigma: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: cmaEs: sigma: 0 is not in (0, Infinity).]`,
  );
  expect(() => differentialEvolution(sphere, { lower: [1], upper: [1] })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: differentialEvolution: limits of number 0: 1 is not below 1.]`,
  );
  expect(() =>
    differentialEvolution(sphere, { lower: [1, 2], upper: [3] }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: differentialEvolution: 2 lower limits and 1 upper ones.]`,
  );
  expect(() =>
    differentialEvolution(sphere, { ...limits, population: 3 }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: differentialEvolution: population: 0 is not a whole number above 0.]`,
  );
});
