import { expect, test } from "vitest";
import { expectPath } from "../../test/plain.ts";
import { nadam } from "./nadam.ts";

/** PyTorch's documentation, with the product of the momenta kept as it goes. */
const plain = (beta1: number, decay: number) => () => {
  let [m, v, product] = [0, 0, 1];
  const momentum = (t: number): number => beta1 * (1 - 0.5 * 0.96 ** (t * decay));
  return (g: number, x: number, t: number) => {
    m = beta1 * m + (1 - beta1) * g;
    v = 0.999 * v + 0.001 * g * g;
    product *= momentum(t);
    const ahead =
      (momentum(t + 1) * m) / (1 - product * momentum(t + 1)) + ((1 - momentum(t)) * g) / (1 - product);
    return x - (0.1 * ahead) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
  };
};

test("steps equal the formula on numbers, also where the product of the momenta is a series", () => {
  expectPath(nadam({ learningRate: 0.1 }), plain(0.9, 4e-3), { steps: 300, within: 1e-10 });
  expectPath(nadam({ learningRate: 0.1, momentumDecay: 0 }), plain(0.9, 0));
  expectPath(nadam({ learningRate: 0.1, momentumDecay: 2 }), plain(0.9, 2));
  expectPath(nadam({ learningRate: 0.1, beta1: 0 }), plain(0, 4e-3));
});

test("options out of range are refused by name", () => {
  expect(() => nadam({ learningRate: 1, momentumDecay: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: nadam: momentumDecay: -1 is not in [0, Infinity).]`,
  );
});
