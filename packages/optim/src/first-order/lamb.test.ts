import { expect, test } from "vitest";
import { f64, follow, minimise, numbers, quadratic } from "../../test/train.ts";
import { lamb } from "./lamb.ts";

test("a step is the rate times the length of its leaf", () => {
  const params = { a: f64([3, 4]), b: f64([[6], [8]]) };
  const [step] = follow(lamb({ learningRate: 0.5 }), params, [{ a: f64([1, -7]), b: f64([[1e-3], [2]]) }]);
  expect(Math.hypot(...numbers(step!.updates["a"]))).toBeCloseTo(2.5, 13);
  expect(Math.hypot(...numbers(step!.updates["b"]))).toBeCloseTo(5, 13);
});

test("fifty steps equal algorithm 2 on numbers", () => {
  const curvature = [1, 30];
  const path = minimise(lamb({ learningRate: 0.02 }), { x: f64([3, -2]) }, quadratic(curvature), 50);
  const x = [3, -2];
  const [m, v] = [
    [0, 0],
    [0, 0],
  ];
  path.forEach((at, i) => {
    const t = i + 1;
    const r = x.map((n, k) => {
      const g = curvature[k]! * n;
      m[k] = 0.9 * m[k]! + 0.1 * g;
      v[k] = 0.999 * v[k]! + 0.001 * g * g;
      return m[k] / (1 - 0.9 ** t) / (Math.sqrt(v[k] / (1 - 0.999 ** t)) + 1e-6) + 0.01 * n;
    });
    const trust = Math.hypot(...x) / Math.hypot(...r);
    r.forEach((n, k) => (x[k]! -= 0.02 * trust * n));
    numbers(at).forEach((n, k) => expect(n).toBeCloseTo(x[k]!, 12));
  });
});

test("leaves of zeros leave zero, and zero gradients of them move nothing", () => {
  const params = { x: f64([0, 0]) };
  const moved = follow(lamb({ learningRate: 0.5 }), params, [{ x: f64([1, -1]) }])[0]!;
  expect(numbers(moved.updates).map((n) => n.toFixed(5))).toEqual(["-0.50000", "0.50000"]);
  expect(numbers(follow(lamb({ learningRate: 0.5 }), params, [params])[0]!.params)).toEqual([0, 0]);
});

test("options out of range are refused by name", () => {
  expect(() => lamb({ learningRate: 1, beta1: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: lamb: beta1: 2 is not in [0, 1).]`,
  );
});
