import { expect, test } from "vitest";
import { expectPath } from "../../test/plain.ts";
import { f64, follow, minimise, numbers, quadratic } from "../../test/train.ts";
import { rmsprop } from "./rmsprop.ts";

test("the first step by hand", () => {
  // s = 0.25 4^2 = 4, and 2 / (sqrt(4) + 6) of 4.
  const optimizer = rmsprop({ learningRate: 2, decay: 0.75, epsilon: 6 });
  const [step] = follow(optimizer, { x: f64([0, 0]) }, [{ x: f64([4, -4]) }]);
  expect(numbers(step!.updates)).toEqual([-1, 1]);
  expect(numbers(step!.memory)).toEqual([4, 4, 1]);
});

test("it is the formula of Torch7 and PyTorch, with their defaults", () => {
  const curvature = [1, 100];
  const path = minimise(rmsprop({ learningRate: 0.01 }), { x: f64([3, -2]) }, quadratic(curvature), 50);
  const x = [3, -2];
  const meanSquare = [0, 0];
  for (const at of path) {
    x.forEach((n, k) => {
      const g = curvature[k]! * n;
      meanSquare[k] = 0.99 * meanSquare[k]! + 0.01 * g * g;
      x[k] = n - (0.01 * g) / (Math.sqrt(meanSquare[k]) + 1e-8);
    });
    numbers(at).forEach((n, k) => expect(n).toBeCloseTo(x[k]!, 12));
  }
});

test("centred, with momentum and a start, it is the formula of PyTorch", () => {
  const rule = (start: number, momentum: number) => () => {
    let [v, m, b] = [start, 0, 0];
    return (g: number, x: number) => {
      v = 0.9 * v + 0.1 * g * g;
      m = 0.9 * m + 0.1 * g;
      b = momentum * b + g / (Math.sqrt(Math.max(v - m * m, 0)) + 0.01);
      return x - 0.01 * b;
    };
  };
  const options = { learningRate: 0.01, decay: 0.9, epsilon: 0.01, centred: true };
  expectPath(rmsprop({ ...options, momentum: 0.5 }), rule(0, 0.5));
  expectPath(rmsprop({ ...options, start: 2 }), rule(2, 0));
});

test("Graves' epsilon stands under the root", () => {
  const optimizer = rmsprop({ learningRate: 1, decay: 0.75, epsilon: 5, epsilonInRoot: true });
  const [step] = follow(optimizer, { x: f64([0]) }, [{ x: f64([4]) }]);
  expect(numbers(step!.updates)[0]).toBeCloseTo(-4 / 3, 14);
});

test("a gradient that is zero from the start moves nothing", () => {
  const [step] = follow(rmsprop({ learningRate: 1 }), { x: f64([1]) }, [{ x: f64([0]) }]);
  expect(numbers(step!.params)).toEqual([1]);
});

test("options out of range are refused by name", () => {
  expect(() => rmsprop({ learningRate: Infinity })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: rmsprop: learningRate: Infinity is not in [0, Infinity).]`,
  );
  expect(() => rmsprop({ learningRate: 1, decay: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: rmsprop: decay: 1 is not in [0, 1).]`,
  );
  expect(() => rmsprop({ learningRate: 1, epsilon: -1e-8 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: rmsprop: epsilon: -1e-8 is not in [0, Infinity).]`,
  );
});
