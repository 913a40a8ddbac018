/**
 * Methods on whole vectors reach the minima within evaluations that were measured, and no more than a tenth is spare.
 */
import { describe, expect, test } from "vitest";
import {
  cmaEs,
  conjugateGradient,
  differentialEvolution,
  fista,
  hessianFree,
  ista,
  l1,
  lbfgs,
  type Outcome,
} from "../src/index.ts";
import { compiled, distance } from "./descend.ts";
import { surfaces, type Surface } from "./surfaces.ts";

type Run = (on: ReturnType<typeof compiled>, surface: Surface) => Outcome;
/** Evaluations for Rosenbrock, Beale, and the ill-conditioned quadratic, and how near the minimum must be. */
type Row = readonly [name: string, run: Run, most: readonly [number, number, number], within: number];

const square = ({ start }: Surface) => ({ lower: start.map(() => -5), upper: start.map(() => 5) });
const rows: readonly Row[] = [
  ["lbfgs", ({ objective, start }) => lbfgs(objective, start, { iterations: 500 }), [48, 17, 26], 1e-6],
  [
    "lbfgs with a short history",
    ({ objective, start }) => lbfgs(objective, start, { iterations: 500, history: 5 }),
    [48, 17, 33],
    1e-6,
  ],
  [
    "lbfgs without a line search",
    ({ objective, start }) =>
      lbfgs(objective, start, { iterations: 500, lineSearch: "none", learningRate: 0.5 }),
    [69, 30, 44],
    1e-4,
  ],
  [
    "conjugateGradient, Polak-Ribiere",
    ({ objective, start }) => conjugateGradient(objective, start, { iterations: 500 }),
    [83, 36, 151],
    1e-6,
  ],
  [
    "conjugateGradient, Hestenes-Stiefel",
    ({ objective, start }) =>
      conjugateGradient(objective, start, { iterations: 500, direction: "hestenesStiefel" }),
    [91, 40, 94],
    1e-6,
  ],
  [
    "hessianFree",
    ({ objective, product, start }) => hessianFree(objective, product, start, { iterations: 500 }),
    [69, 44, 23],
    1e-6,
  ],
  [
    "fista with restarts",
    ({ objective, start }) =>
      fista(objective, l1(0), start, { iterations: 5000, tolerance: 1e-9, restart: true }),
    [1476, 334, 1449],
    1e-4,
  ],
  ["cmaEs", ({ value, start }) => cmaEs(value, start, { sigma: 0.5 }), [1135, 646, 1584], 1e-6],
  [
    "differentialEvolution",
    ({ value }, surface) => differentialEvolution(value, { ...square(surface), evaluations: 20_000 }),
    [1958, 1782, 5764],
    1e-6,
  ],
  [
    "differentialEvolution from the best",
    ({ value }, surface) => differentialEvolution(value, { ...square(surface), base: "best" }),
    [792, 814, 2156],
    1e-6,
  ],
];

describe.each(surfaces.map((surface, i) => [surface.name, surface, i] as const))("%s", (_, surface, i) => {
  const on = compiled(surface);
  test.each(rows)("%s", (_name, run, most, within) => {
    const { x, evaluations, reason } = run(on, surface);
    expect(["gradient", "change"]).toContain(reason);
    expect(distance(surface, x)).toBeLessThan(within);
    expect(evaluations).toBeLessThanOrEqual(most[i]!);
  });
});

test("ista reaches Beale's minimum, slowly", () => {
  const surface = surfaces[1]!;
  const { objective, start } = compiled(surface);
  const { x, evaluations, f } = ista(objective, l1(0), start, { iterations: 20_000, tolerance: 1e-10 });
  expect(distance(surface, x)).toBeLessThan(1e-6);
  expect(f).toBeLessThan(1e-14);
  expect(evaluations).toBeLessThanOrEqual(3730);
});

test("cmaEs on Rosenbrock in ten dimensions takes what Torch7's took, about 6500 evaluations", () => {
  const loss = (x: Float64Array): number =>
    x.slice(1).reduce((sum, n, i) => sum + (1 - x[i]!) ** 2 + 100 * (n - x[i]! ** 2) ** 2, 0);
  for (const seed of [0, 1]) {
    const { evaluations, reason } = cmaEs(loss, new Float64Array(10), { sigma: 0.5, seed, target: 1e-10 });
    expect(reason).toBe("target");
    expect(Math.abs(evaluations - 6500)).toBeLessThan(650);
  }
});
