import { expect, test } from "vitest";
import { expectPath } from "../../test/plain.ts";
import { f64, follow, numbers } from "../../test/train.ts";
import { radam } from "./radam.ts";

/** Algorithm 2 of the paper, with epsilon where PyTorch has it. */
const plain = (threshold: number, beta2: number) => () => {
  let [m, v] = [0, 0];
  const limit = 2 / (1 - beta2) - 1;
  return (g: number, x: number, t: number) => {
    m = 0.9 * m + 0.1 * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const mHat = m / (1 - 0.9 ** t);
    const length = limit - (2 * t * beta2 ** t) / (1 - beta2 ** t);
    if (length <= threshold) return x - 0.1 * mHat;
    const r = Math.sqrt(((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length));
    return x - (0.1 * mHat * r * Math.sqrt(1 - beta2 ** t)) / (Math.sqrt(v) + 1e-8);
  };
};

test("steps equal the formula on numbers", () => {
  expectPath(radam({ learningRate: 0.1 }), plain(5, 0.999), { within: 1e-9 });
  expectPath(radam({ learningRate: 0.1, rectifiedAbove: 4, beta2: 0.9 }), plain(4, 0.9), { within: 1e-9 });
});

test("the first five steps are those of momentum, and the sixth is not", () => {
  const grads = { x: f64([100]) };
  const steps = follow(radam({ learningRate: 1 }), grads, Array<typeof grads>(6).fill(grads));
  const sizes = steps.map(({ updates }) => -numbers(updates)[0]!);
  sizes.slice(0, 5).forEach((n) => expect(n).toBeCloseTo(100, 10));
  expect(sizes[5]).toBeLessThan(1);
});

test("a mean square that is never worth enough is never divided by", () => {
  const grads = { x: f64([100]) };
  const steps = follow(radam({ learningRate: 1, beta2: 0.5 }), grads, Array<typeof grads>(20).fill(grads));
  expect(numbers(steps.at(-1)!.updates)[0]).toBeCloseTo(-100, 10);
});

test("options out of range are refused by name", () => {
  expect(() => radam({ learningRate: 1, rectifiedAbove: 3 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: radam: rectifiedAbove: 3 is not in [4, Infinity).]`,
  );
});
