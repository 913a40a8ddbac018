import { expect, test } from "vitest";
import { f64, follow, numbers } from "../../test/train.ts";
import { lookahead } from "./lookahead.ts";
import { sgd } from "./sgd.ts";

test("every k-th step goes half of the way back to where the last one ended", () => {
  const optimizer = lookahead(sgd({ learningRate: 1 }), { every: 2 });
  const grads = [-1, -1, -4, -4].map((g) => ({ x: f64([g]) }));
  const steps = follow(optimizer, { x: f64([0]) }, grads);
  // 0 + 1, + 1 = 2, back to 1; + 4, + 4 = 9, back to (1 + 9) / 2.
  expect(steps.map(({ params }) => numbers(params)[0])).toEqual([1, 1, 5, 5]);
  expect(steps.map(({ memory }) => numbers(memory["slow"])[0])).toEqual([0, 1, 1, 5]);
});

test("with the whole way it is the optimiser", () => {
  const grads = [3, -1, 2, 5].map((g) => ({ x: f64([g]) }));
  const inner = sgd({ learningRate: 0.1, momentum: 0.9 });
  const outer = follow(lookahead(inner, { every: 3, share: 1 }), { x: f64([1]) }, grads);
  follow(inner, { x: f64([1]) }, grads).forEach(({ params }, i) => {
    expect(numbers(outer[i]!.params)[0]).toBeCloseTo(numbers(params)[0]!, 14);
  });
});

test("options out of range are refused by name", () => {
  expect(() => lookahead(sgd({ learningRate: 1 }), { every: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: lookahead: every: 0 is not a whole number above 0.]`,
  );
});
