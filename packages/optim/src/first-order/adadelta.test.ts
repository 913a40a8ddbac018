import { expect, test } from "vitest";
import { expectPath } from "../../test/plain.ts";
import { f64, follow, numbers } from "../../test/train.ts";
import { adadelta } from "./adadelta.ts";

test("the first step by hand", () => {
  // s = 0.25 4^2 = 4, and 4 sqrt(5 / (4 + 5)).
  const [step] = follow(adadelta({ decay: 0.75, epsilon: 5 }), { x: f64([0]) }, [{ x: f64([4]) }]);
  expect(numbers(step!.updates)[0]).toBeCloseTo(-4 * Math.sqrt(5 / 9), 14);
});

test("sixty steps equal the formula on numbers", () => {
  expectPath(adadelta(), () => {
    let [s, u] = [0, 0];
    return (g, x) => {
      s = 0.9 * s + 0.1 * g * g;
      const d = (Math.sqrt(u + 1e-6) / Math.sqrt(s + 1e-6)) * g;
      u = 0.9 * u + 0.1 * d * d;
      return x - d;
    };
  });
});

test("an epsilon of 0 would never move", () => {
  expect(() => adadelta({ epsilon: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: adadelta: epsilon: 0 is not in (0, Infinity).]`,
  );
});
