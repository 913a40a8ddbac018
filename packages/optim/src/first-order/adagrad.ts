import { add, div, sqrt, square } from "@unroll/core";
import { descent } from "../descent.ts";
import { expectIn } from "../expect.ts";
import type { Rate } from "../rate.ts";
import type { Transform } from "../transform.ts";

/** What makes Adagrad. */
export interface AdagradOptions {
  /** **A number is frozen when the step is compiled.** In PyTorch: 0.01. */
  readonly learningRate: Rate;
  /** Added to the root of the sum of squares. Default: 1e-10. */
  readonly epsilon?: number;
  /** What the sum of squares starts from. Default: 0. */
  readonly start?: number;
}

/**
 * Adagrad: the update is -rate g / (sqrt(s) + epsilon), where s is the sum of the squares of all gradients so far.
 *
 * Epsilon stands outside of the root, as in Torch7 and PyTorch; the paper adds a constant to the root as well.
 *
 * Throws: UnrollError.
 * Source: Duchi, Hazan and Singer, Adaptive Subgradient Methods for Online Learning and Stochastic Optimization, 2011,
 * figure 1, with a diagonal matrix.
 */
export function adagrad({ learningRate, epsilon = 1e-10, start = 0 }: AdagradOptions): Transform {
  expectIn("[0, Infinity)", "adagrad", { epsilon, start });
  return descent("adagrad", {
    learningRate,
    remembers: { sumOfSquares: start },
    at: () => (g, old) => {
      const sumOfSquares = add(old.sumOfSquares, square(g));
      return [div(g, add(sqrt(sumOfSquares), epsilon)), { sumOfSquares }];
    },
  });
}
