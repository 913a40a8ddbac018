import { add, div, sqrt, square } from "@unroll/core";
import { descent } from "../descent.ts";
import { expectIn } from "../expect.ts";
import { average } from "../moving-average.ts";
import type { Rate } from "../rate.ts";
import type { Transform } from "../transform.ts";

/** What makes RMSProp. */
export interface RmspropOptions {
  /** **A number is frozen when the step is compiled.** */
  readonly learningRate: Rate;
  /** How much of the mean square is kept. Default: 0.99; in the lecture 0.9, in char-rnn 0.95. */
  readonly decay?: number;
  /** Added to the root of the mean square. Default: 1e-8. */
  readonly epsilon?: number;
}

/**
 * RMSProp: the update is -rate g / (sqrt(s) + epsilon), where s is the moving average of g^2, started from 0.
 *
 * Epsilon stands outside of the root, as in Torch7 and PyTorch; the lecture has none.
 *
 * Throws: UnrollError.
 * Source: Tieleman and Hinton, Neural Networks for Machine Learning, 2012, lecture 6.5.
 */
export function rmsprop({ learningRate, decay = 0.99, epsilon = 1e-8 }: RmspropOptions): Transform {
  expectIn("[0, 1)", "rmsprop", { decay });
  expectIn("[0, Infinity)", "rmsprop", { epsilon });
  return descent("rmsprop", {
    learningRate,
    remembers: { meanSquare: 0 },
    at: () => (g, remembered) => {
      const meanSquare = average(decay, remembered.meanSquare, square(g));
      return [div(g, add(sqrt(meanSquare), epsilon)), { meanSquare }];
    },
  });
}
