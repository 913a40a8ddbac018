import { add, and, div, greater, mul, square, where } from "@unroll/core";
import { descent } from "../descent.ts";
import { deviation } from "../epsilon.ts";
import { expectIn } from "../expect.ts";
import { average, correction } from "../moving-average.ts";
import { lengthOf } from "../norm.ts";
import type { Rate } from "../rate.ts";
import type { Transform } from "../transform.ts";

/** What makes LAMB. */
export interface LambOptions {
  /** **A number is frozen when the step is compiled.** */
  readonly learningRate: Rate;
  /** How much of the mean is kept. Default: 0.9. */
  readonly beta1?: number;
  /** How much of the mean square is kept. Default: 0.999. */
  readonly beta2?: number;
  /** Added to the root of the unbiased mean square. Default: 1e-6. */
  readonly epsilon?: number;
  /** The share of each parameter that is added to its step before the step is scaled. Default: 0.01. */
  readonly weightDecay?: number;
}

/**
 * LAMB: Adam's step of every leaf, with weight decay in it, is brought to the length of the leaf; for batches so large
 * that the rate would be too small for some leaves and too large for others.
 *
 * A leaf or a step of length 0 is not scaled. The paper bounds the length of the leaf by a function that its
 * experiments leave out.
 *
 * Throws: UnrollError.
 * Source: You et al., Large Batch Optimization for Deep Learning: Training BERT in 76 minutes, 2020, algorithm 2.
 */
export function lamb(options: LambOptions): Transform {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-6, weightDecay = 0.01 } = options;
  expectIn("[0, 1)", "lamb", { beta1, beta2 });
  expectIn("[0, Infinity)", "lamb", { epsilon, weightDecay });
  return descent("lamb", {
    learningRate,
    remembers: { mean: 0, meanSquare: 0 },
    at(step) {
      const unbiased1 = correction(beta1, step);
      const unbiased2 = correction(beta2, step);
      return (g, old, x) => {
        const mean = average(beta1, old.mean, g);
        const meanSquare = average(beta2, old.meanSquare, square(g));
        const scale = deviation(meanSquare, unbiased2, epsilon, "unbiased");
        const direction = add(div(mul(mean, unbiased1), scale), mul(weightDecay, x));
        const [ofLeaf, ofStep] = [lengthOf(x), lengthOf(direction)];
        const both = and(greater(ofLeaf, 0), greater(ofStep, 0));
        const trust = where(both, div(ofLeaf, where(both, ofStep, 1)), 1);
        return [mul(trust, direction), { mean, meanSquare }];
      };
    },
  });
}
