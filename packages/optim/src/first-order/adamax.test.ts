import { expect, test } from "vitest";
import { expectPath } from "../../test/plain.ts";
import { f64, follow, numbers } from "../../test/train.ts";
import { adamax } from "./adamax.ts";

test("the first step is the rate against the sign of the gradient", () => {
  const optimizer = adamax({ learningRate: 0.5, epsilon: 0 });
  const [step] = follow(optimizer, { x: f64([0, 0]) }, [{ x: f64([1e-6, -300]) }]);
  numbers(step!.updates).forEach((n, k) => expect(n).toBeCloseTo([-0.5, 0.5][k]!, 14));
});

test("sixty steps equal the formula on numbers", () => {
  expectPath(adamax({ learningRate: 0.1 }), () => {
    let [m, u] = [0, 0];
    return (g, x, t) => {
      m = 0.9 * m + 0.1 * g;
      u = Math.max(0.999 * u, Math.abs(g) + 1e-8);
      return x - ((0.1 / (1 - 0.9 ** t)) * m) / u;
    };
  });
});

test("options out of range are refused by name", () => {
  expect(() => adamax({ learningRate: 1, beta2: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: adamax: beta2: 1 is not in [0, 1).]`,
  );
});
