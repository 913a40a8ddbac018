import { add, div, maximum, mul, sqrt, square, sub, type Value } from "@unroll/core";
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
  /** Add epsilon under the root instead, as Graves does. Default: false. */
  readonly epsilonInRoot?: boolean;
  /** Subtract the square of the mean from the mean square, which leaves the variance. Default: false. */
  readonly centred?: boolean;
  /** How much of the velocity is kept. Default: 0. */
  readonly momentum?: number;
  /** What the mean square starts from: Torch7's initialMean. Default: 0. */
  readonly start?: number;
}

/**
 * RMSProp: the update is -rate g / (sqrt(s) + epsilon), where s is the moving average of g^2; with momentum the update
 * is -rate v, and v = momentum v + g / (sqrt(s) + epsilon).
 *
 * Epsilon stands outside of the root, as in Torch7 and PyTorch; the lecture has none, and Graves has it under the root.
 *
 * Throws: UnrollError.
 * Source: Tieleman and Hinton, Neural Networks for Machine Learning, 2012, lecture 6.5; for `centred` Graves,
 * Generating Sequences With Recurrent Neural Networks, 2013, eqs. 38-41.
 */
export function rmsprop({ learningRate, decay = 0.99, start = 0, ...options }: RmspropOptions): Transform {
  const { epsilon = 1e-8, epsilonInRoot = false, centred = false, momentum = 0 } = options;
  expectIn("[0, 1)", "rmsprop", { decay, momentum });
  expectIn("[0, Infinity)", "rmsprop", { epsilon, start });
  const remembers = {
    meanSquare: start,
    ...(centred && { mean: 0 }),
    ...(momentum > 0 && { velocity: 0 }),
  } as Readonly<Record<"meanSquare" | "mean" | "velocity", number>>;
  const root = (x: Value): Value => (epsilonInRoot ? sqrt(add(x, epsilon)) : add(sqrt(x), epsilon));
  return descent("rmsprop", {
    learningRate,
    remembers,
    at: () => (g, old) => {
      const meanSquare = average(decay, old.meanSquare, square(g));
      const mean = centred ? average(decay, old.mean, g) : old.mean;
      // Rounding may leave a variance below 0.
      const spread = centred ? maximum(sub(meanSquare, square(mean)), 0) : meanSquare;
      const scaled = div(g, root(spread));
      const velocity = momentum > 0 ? add(mul(momentum, old.velocity), scaled) : scaled;
      return [velocity, { meanSquare, mean, velocity }];
    },
  });
}
