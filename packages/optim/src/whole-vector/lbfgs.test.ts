import { decode, encode } from "@unroll/core";
import { describe, expect, test } from "vitest";
import { compiled, walled } from "../../test/descend.ts";
import { rosenbrock } from "../../test/surfaces.ts";
import { conjugateGradient } from "./conjugate-gradient.ts";
import { fista, l1 } from "./fista.ts";
import { hessianFree } from "./hessian-free.ts";
import { lbfgs } from "./lbfgs.ts";
import type { Objective, Outcome, Watched } from "./objective.ts";

/** Half the sum of curvature x^2 + what is not quadratic in it. */
const bowl =
  (...curvature: readonly number[]): Objective =>
  (x) => ({
    f: x.reduce((sum, n, i) => sum + 0.5 * curvature[i]! * n * n, 0),
    g: x.map((n, i) => curvature[i]! * n),
  });
const vector = (...xs: readonly number[]) => Float64Array.from(xs);

describe("lbfgs", () => {
  test("without a line search the first step is min(1, 1 / |g|) times the gradient, as in Torch7", () => {
    const options = { iterations: 1, lineSearch: "none" } as const;
    expect([...lbfgs(bowl(1, 1), vector(3, -1), options).x]).toEqual([3 - 3 / 4, -1 + 1 / 4]);
    expect([...lbfgs(bowl(0.125, 0.125), vector(1, 2), options).x]).toEqual([0.875, 1.75]);
  });

  test("the second step is that of the textbook's two loops on numbers", () => {
    const path: number[][] = [];
    const onIteration = ({ x }: { x: Float64Array }) => path.push([...x]);
    lbfgs(bowl(1, 10), vector(1, 1), { iterations: 2, lineSearch: "none", learningRate: 0.5, onIteration });
    const [x0, t] = [[1, 1], 0.5 / 11];
    const x1 = [x0[0]! - t, x0[1]! - 10 * t];
    const g = [x1[0]!, 10 * x1[1]!];
    const s = [-t, -10 * t];
    const y = [-t, -100 * t];
    const rho = 1 / (s[0]! * y[0]! + s[1]! * y[1]!);
    const alpha = rho * (s[0]! * g[0]! + s[1]! * g[1]!);
    const q = g.map((n, i) => n - alpha * y[i]!);
    const scale = 1 / (rho * (y[0]! ** 2 + y[1]! ** 2));
    const r = q.map((n) => scale * n);
    const beta = rho * (y[0]! * r[0]! + y[1]! * r[1]!);
    const d = r.map((n, i) => n + s[i]! * (alpha - beta));
    expect(path[0]).toEqual(x1);
    path[1]!.forEach((n, i) => expect(n).toBeCloseTo(x1[i]! - 0.5 * d[i]!, 14));
  });

  test("batch after batch, with its memory as a checkpoint, it goes down a noisy bowl", () => {
    let x: Float64Array = vector(1, 1, 1);
    let memory = lbfgs(bowl(1, 1, 1), x, { iterations: 1, history: 5 }).memory;
    for (let batch = 0; batch < 60; batch++) {
      const wobble = 1 + 0.3 * Math.sin(batch);
      const objective = bowl(wobble, 10 * wobble, 100 / wobble);
      const restored = decode(encode(memory), memory).tree;
      const options = { iterations: 1, lineSearch: "none", history: 5, learningRate: 0.5 } as const;
      ({ x, memory } = lbfgs(objective, x, { ...options, memory: restored }));
    }
    expect(Math.max(...x.map(Math.abs))).toBeLessThan(1e-6);
    expect(memory.steps.shape).toEqual([5, 3]);
  });

  test("a run in two parts with the memory is the whole run", () => {
    const { objective, start } = compiled(rosenbrock);
    const options = { lineSearch: "none", learningRate: 0.5, evaluations: 1000 } as const;
    const whole = lbfgs(objective, start, { ...options, iterations: 20 });
    const first = lbfgs(objective, start, { ...options, iterations: 8 });
    const second = lbfgs(objective, first.x, { ...options, iterations: 12, memory: first.memory });
    expect([...second.x]).toEqual([...whole.x]);
  });

  test("memory of other vectors and options out of range are refused", () => {
    const { memory } = lbfgs(bowl(1), vector(1), { iterations: 1 });
    expect(() => lbfgs(bowl(1, 1), vector(1, 1), { memory })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: lbfgs: memory is of vectors of 1 numbers, and the start has 2.]`,
    );
    expect(() => lbfgs(bowl(1), vector(1), { history: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[UnrollError: lbfgs: history: 0 is not a whole number above 0.]`,
    );
    expect(() => lbfgs(bowl(1), vector(NaN))).toThrowErrorMatchingInlineSnapshot(
      `[UnrollError: lbfgs: element 0 of the start is NaN.]`,
    );
    expect(() => lbfgs(() => ({ f: 0, g: vector(1, 2) }), vector(1))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: lbfgs: the point has 1 numbers and its gradient 2.]`,
    );
  });
});

const { objective, start, product } = compiled(rosenbrock);
type Method = (objective: Objective, options: Watched & { readonly iterations: number }) => Outcome;
const methods: readonly (readonly [string, Method])[] = [
  ["lbfgs", (f, options) => lbfgs(f, start, { ...options, evaluations: 1e4 })],
  [
    "lbfgs without a line search",
    (f, options) => lbfgs(f, start, { ...options, lineSearch: "none", evaluations: 1e4 }),
  ],
  ["conjugateGradient", (f, options) => conjugateGradient(f, start, options)],
  ["hessianFree", (f, options) => hessianFree(f, product, start, options)],
  ["fista", (f, options) => fista(f, l1(0), start, { ...options, tolerance: 0 })],
];

describe.each(methods)("%s", (_, method) => {
  test.each([NaN, Infinity, -Infinity])("refuses steps to where the loss is %s", (f) => {
    // From [-1.2, 1] every method looks behind this wall, which leaves a way to lower losses.
    let beyond = 0;
    const isBeyond = ([x]: Float64Array): boolean => {
      const isIt = x! > -1.1;
      if (isIt) beyond++;
      return isIt;
    };
    const points: Float64Array[] = [];
    const onIteration = ({ x }: { x: Float64Array }) => points.push(x);
    const { x, f: reached } = method(walled(objective, isBeyond, f), { iterations: 60, onIteration });
    expect(beyond).toBeGreaterThan(0);
    expect(reached).toBeLessThan(24);
    for (const at of [...points, x]) expect(at[0]! <= -1.1 && at.every(Number.isFinite)).toBe(true);
  });

  test("goes nowhere from a start where the loss is not finite", () => {
    const { x, reason, evaluations } = method(
      walled(objective, () => true),
      { iterations: 9 },
    );
    expect([[...x], reason, evaluations]).toEqual([[...start], "nonFinite", 1]);
  });

  test("ends where the callback says so, and after its iterations", () => {
    const stopped = method(objective, { iterations: 50, onIteration: ({ iteration }) => iteration < 3 });
    expect([stopped.reason, stopped.iteration]).toEqual(["callback", 3]);
    const ended = method(objective, { iterations: 2 });
    expect([ended.reason, ended.iteration]).toEqual(["iterations", 2]);
  });

  test("leaves the start as it is", () => {
    method(objective, { iterations: 3 });
    expect([...start]).toEqual([...rosenbrock.start]);
  });
});
