import { expect, test } from "vitest";
import { expectPath } from "../../test/plain.ts";
import { lion } from "./lion.ts";

test("sixty steps equal the paper's program on numbers", () => {
  for (const weightDecay of [0, 0.1]) {
    expectPath(lion({ learningRate: 0.03, weightDecay }), () => {
      let m = 0;
      return (g, x) => {
        const direction = Math.sign(0.9 * m + 0.1 * g);
        m = 0.99 * m + 0.01 * g;
        return x - 0.03 * (direction + weightDecay * x);
      };
    });
  }
});

test("options out of range are refused by name", () => {
  expect(() => lion({ learningRate: 1, weightDecay: NaN })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: lion: weightDecay: NaN is not in [0, Infinity).]`,
  );
});
