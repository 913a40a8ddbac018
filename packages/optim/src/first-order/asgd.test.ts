import { expect, test } from "vitest";
import { expectPath } from "../../test/plain.ts";
import { f64, follow, numbers } from "../../test/train.ts";
import { asgd } from "./asgd.ts";

test("sixty steps equal Torch7's formula on numbers", () => {
  const [lambda, alpha] = [0.1, 0.75];
  expectPath(asgd({ learningRate: 0.01, lambda, alpha }), () => {
    let eta = 0.01;
    return (g, x, t) => {
      const next = x * (1 - lambda * eta) - eta * g;
      eta = 0.01 / (1 + lambda * 0.01 * t) ** alpha;
      return next;
    };
  });
});

test("the average is that of all steps from the one after the given number", () => {
  const start = { x: f64([3]) };
  const grads = [1, -2, 4, 0, 3].map((g) => ({ x: f64([g]) }));
  const steps = follow(asgd({ learningRate: 0.1, averageAfter: 2 }), start, grads);
  const xs = steps.map(({ params }) => numbers(params)[0]!);
  const averages = steps.map(({ memory }) => numbers(memory["average"])[0]!);
  const mean = (from: number, to: number) => xs.slice(from, to).reduce((a, b) => a + b) / (to - from);
  // Torch7's mu is 1 / max(1, t - t0) with t counted before the step: the third step is alone in it, and so is the
  // fourth.
  [xs[0]!, xs[1]!, xs[2]!, xs[3]!, mean(3, 5)].forEach((n, i) => expect(averages[i]).toBeCloseTo(n, 14));
});

test("options out of range are refused by name", () => {
  expect(() => asgd({ learningRate: 1, lambda: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: asgd: lambda: -1 is not in [0, Infinity).]`,
  );
});
