import { expect, test } from "vitest";
import { expectPath } from "../../test/plain.ts";
import { f64, follow, numbers } from "../../test/train.ts";
import { adagrad } from "./adagrad.ts";

test("of equal gradients the t-th step is rate / sqrt(t)", () => {
  const grads = { x: f64([4, -1e-3]) };
  const steps = follow(adagrad({ learningRate: 1, epsilon: 0 }), grads, [grads, grads, grads, grads]);
  steps.forEach(({ updates }, i) => {
    numbers(updates).forEach((n, k) => expect(n).toBeCloseTo([-1, 1][k]! / Math.sqrt(i + 1), 14));
  });
});

test("sixty steps equal the formula on numbers", () => {
  const rule = (start: number) => () => {
    let s = start;
    return (g: number, x: number) => x - (0.5 * g) / (Math.sqrt((s += g * g)) + 1e-10);
  };
  expectPath(adagrad({ learningRate: 0.5 }), rule(0));
  expectPath(adagrad({ learningRate: 0.5, start: 0.1 }), rule(0.1));
});

test("a gradient that is zero from the start moves nothing", () => {
  const [step] = follow(adagrad({ learningRate: 1 }), { x: f64([1]) }, [{ x: f64([0]) }]);
  expect(numbers(step!.params)).toEqual([1]);
});

test("options out of range are refused by name", () => {
  expect(() => adagrad({ learningRate: 1, start: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: adagrad: start: -1 is not in [0, Infinity).]`,
  );
});
