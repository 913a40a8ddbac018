import { tensor } from "@unroll/core";
import { describe, expect, test } from "vitest";
import { expectPath } from "../../test/plain.ts";
import { f64, follow, minimise, numbers, quadratic } from "../../test/train.ts";
import { adam, adamw } from "./adam.ts";

/** Algorithm 1 of the paper on numbers, with the decoupled decay of algorithm 2 as PyTorch has it. */
function adamOnNumbers(curvature: readonly number[], start: readonly number[], weightDecay = 0) {
  const [rate, beta1, beta2, epsilon] = [0.1, 0.9, 0.999, 1e-8];
  const x = [...start];
  const m = start.map(() => 0);
  const v = start.map(() => 0);
  let t = 0;
  return (): readonly number[] => {
    t++;
    x.forEach((n, k) => {
      const g = curvature[k]! * n;
      m[k] = beta1 * m[k]! + (1 - beta1) * g;
      v[k] = beta2 * v[k]! + (1 - beta2) * g * g;
      const mHat = m[k] / (1 - beta1 ** t);
      const vHat = v[k] / (1 - beta2 ** t);
      x[k] = n - rate * (mHat / (Math.sqrt(vHat) + epsilon) + weightDecay * n);
    });
    return x;
  };
}

describe("adam", () => {
  test("the first step is the rate against the sign of the gradient", () => {
    const optimizer = adam({ learningRate: 0.5, epsilon: 0 });
    const [step] = follow(optimizer, { x: f64([0, 0]) }, [{ x: f64([1e-6, -300]) }]);
    numbers(step!.updates).forEach((n, k) => expect(n).toBeCloseTo([-0.5, 0.5][k]!, 14));
  });

  test("it is so in f32 too, where 1 - beta^step would lose its digits", () => {
    const [step] = follow(adam({ learningRate: 1, epsilon: 0 }), { x: tensor([0]) }, [{ x: tensor([3]) }]);
    expect(Math.abs(numbers(step!.updates)[0]! + 1)).toBeLessThan(3e-7);
  });

  test("fifty steps equal the paper's algorithm on numbers", () => {
    const [curvature, start] = [
      [1, 100, 1e-3],
      [3, -2, 1],
    ];
    const path = minimise(adam({ learningRate: 0.1 }), { x: f64(start) }, quadratic(curvature), 50);
    const next = adamOnNumbers(curvature, start);
    for (const at of path) {
      const expected = next();
      numbers(at).forEach((n, k) => expect(Math.abs(n - expected[k]!)).toBeLessThan(1e-12));
    }
  });

  test("Torch7's epsilon, in the biased root, gives its steps", () => {
    const rule = () => {
      let [m, v] = [0, 0];
      return (g: number, x: number, t: number) => {
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        const size = (0.1 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
        return x - (size * m) / (Math.sqrt(v) + 0.01);
      };
    };
    expectPath(adam({ learningRate: 0.1, epsilon: 0.01, epsilonIn: "biased" }), rule);
  });

  test("AMSGrad divides by the largest mean square so far", () => {
    const rule = () => {
      let [m, v, largest] = [0, 0, 0];
      return (g: number, x: number, t: number) => {
        m = 0.9 * m + 0.1 * g;
        v = 0.9 * v + 0.1 * g * g;
        largest = Math.max(largest, v);
        return x - (0.1 * (m / (1 - 0.9 ** t))) / (Math.sqrt(largest / (1 - 0.9 ** t)) + 1e-8);
      };
    };
    expectPath(adam({ learningRate: 0.1, beta2: 0.9, amsgrad: true }), rule);
    const names = Object.keys(adam({ learningRate: 1, amsgrad: true }).init({ x: f64(0) }));
    expect(names.sort()).toEqual(["largest", "mean", "meanSquare", "step"]);
  });

  test("with both betas 0 a step is the gradient over its size plus epsilon", () => {
    const optimizer = adam({ learningRate: 1, beta1: 0, beta2: 0, epsilon: 1 });
    const steps = follow(optimizer, { x: f64(0) }, [{ x: f64(1) }, { x: f64(-3) }]);
    expect(steps.flatMap(({ updates }) => numbers(updates))).toEqual([-0.5, 0.75]);
  });
});

describe("adamw", () => {
  test("a step also takes rate weightDecay x away", () => {
    const optimizer = adamw({ learningRate: 0.5, weightDecay: 0.25 });
    const [step] = follow(optimizer, { x: f64([8, -8]) }, [{ x: f64([0, 0]) }]);
    expect(numbers(step!.updates)).toEqual([-1, 1]);
  });

  test("fifty steps equal the paper's algorithm on numbers", () => {
    const [curvature, start] = [
      [1, 100],
      [3, -2],
    ];
    const path = minimise(adamw({ learningRate: 0.1 }), { x: f64(start) }, quadratic(curvature), 50);
    const next = adamOnNumbers(curvature, start, 0.01);
    for (const at of path) {
      const expected = next();
      numbers(at).forEach((n, k) => expect(Math.abs(n - expected[k]!)).toBeLessThan(1e-12));
    }
  });
});

test("options out of range are refused by name", () => {
  expect(() => adam({ learningRate: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: adam: learningRate: -1 is not in [0, Infinity).]`,
  );
  expect(() => adam({ learningRate: 1, beta1: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: adam: beta1: 1 is not in [0, 1).]`,
  );
  expect(() => adam({ learningRate: 1, beta2: NaN })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: adam: beta2: NaN is not in [0, 1).]`,
  );
  expect(() => adam({ learningRate: 1, epsilon: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: adam: epsilon: -1 is not in [0, Infinity).]`,
  );
  expect(() => adamw({ learningRate: 1, beta1: -0.5 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: adamw: beta1: -0.5 is not in [0, 1).]`,
  );
  expect(() => adamw({ learningRate: 1, weightDecay: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: adamw: weightDecay: -1 is not in [0, Infinity).]`,
  );
});
