import { expect, test } from "vitest";
import { expectPath } from "../../test/plain.ts";
import { f64, follow, numbers } from "../../test/train.ts";
import { rprop } from "./rprop.ts";

test("steps grow while the sign stays, and shrink when it turns, after one step of rest", () => {
  const grads = [3, 1, 2, -1, -1, -5].map((g) => ({ x: f64([g]) }));
  const steps = follow(rprop({ stepSize: 1, growth: 2, shrinkage: 0.5 }), { x: f64([0]) }, grads);
  expect(steps.map(({ updates }) => numbers(updates)[0]! + 0)).toEqual([-1, -2, -4, 0, 2, 4]);
});

test("steps stay between the smallest and the largest", () => {
  const optimizer = rprop({ stepSize: 1, largest: 1.5, smallest: 0.75 });
  const grads = [1, 1, 1, -1, 1, -1, 1].map((g) => ({ x: f64([g]) }));
  const sizes = follow(optimizer, { x: f64([0]) }, grads).map(({ memory }) => numbers(memory["stepSize"])[0]);
  expect(sizes).toEqual([1, 1.2, 1.44, 0.75, 0.75, 0.75, 0.75]);
});

test("sixty steps equal iRprop- on numbers", () => {
  expectPath(rprop(), () => {
    let [before, size] = [0, 0.1];
    return (gradient, x) => {
      let g = gradient;
      if (g * before > 0) size = Math.min(size * 1.2, 50);
      if (g * before < 0) {
        size = Math.max(size * 0.5, 1e-6);
        g = 0;
      }
      before = g;
      return x - Math.sign(g) * size;
    };
  });
});

test("options out of range are refused by name", () => {
  expect(() => rprop({ growth: 0.5 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: rprop: growth: 0.5 is not in [1, Infinity).]`,
  );
});
