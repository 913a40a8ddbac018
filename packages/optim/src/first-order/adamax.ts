import { abs, add, div, maximum, mul } from "@unroll/core";
import { descent } from "../descent.ts";
import { expectIn } from "../expect.ts";
import { average, correction } from "../moving-average.ts";
import type { Rate } from "../rate.ts";
import type { Transform } from "../transform.ts";

/** What makes AdaMax. */
export interface AdamaxOptions {
  /** **A number is frozen when the step is compiled.** In the paper, Torch7 and PyTorch: 2e-3. */
  readonly learningRate: Rate;
  /** How much of the mean is kept. Default: 0.9. */
  readonly beta1?: number;
  /** What the largest size so far is multiplied by at each step. Default: 0.999. */
  readonly beta2?: number;
  /** Added to the size of every gradient. Default: 1e-8; in Torch7 1e-38, in the paper 0. */
  readonly epsilon?: number;
}

/**
 * AdaMax: Adam whose scale is the largest gradient so far, u = max(beta2 u, |g| + epsilon), and the update is
 * -rate m / u with m divided by 1 - beta1^step.
 *
 * Throws: UnrollError.
 * Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015, algorithm 2.
 */
export function adamax({
  learningRate,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
}: AdamaxOptions): Transform {
  expectIn("[0, 1)", "adamax", { beta1, beta2 });
  expectIn("[0, Infinity)", "adamax", { epsilon });
  return descent("adamax", {
    learningRate,
    remembers: { mean: 0, largest: 0 },
    at(step) {
      const unbiased = correction(beta1, step);
      return (g, remembered) => {
        const mean = average(beta1, remembered.mean, g);
        const largest = maximum(mul(beta2, remembered.largest), add(abs(g), epsilon));
        return [div(mul(mean, unbiased), largest), { mean, largest }];
      };
    },
  });
}
