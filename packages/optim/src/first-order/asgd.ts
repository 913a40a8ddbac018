import { add, div, maximum, mul, pow, sub, type Value } from "@unroll/core";
import { descent } from "../descent.ts";
import { expectIn } from "../expect.ts";
import { expectRate, rateAt, type Rate } from "../rate.ts";
import type { Transform } from "../transform.ts";

/** What makes averaged stochastic gradient descent. */
export interface AsgdOptions {
  /** The rate of the first step. **A number is frozen when the step is compiled.** In PyTorch: 0.01. */
  readonly learningRate: Rate;
  /** The share of each parameter that a step at rate 1 takes away, and how fast the rate falls. Default: 1e-4. */
  readonly lambda?: number;
  /** The power by which the rate falls. Default: 0.75. */
  readonly alpha?: number;
  /** The number of steps before the average begins. Default: 1e6. */
  readonly averageAfter?: number;
}

/**
 * Averaged stochastic gradient descent: descent at the rate eta = rate / (1 + lambda rate t)^alpha with weight decay
 * lambda, where `memory.average` is the mean of the parameters since step `averageAfter`, and the last ones before.
 *
 * It is the average that one evaluates with. NT-ASGD, which begins it when the validation loss stalls, is `sgd` with
 * `tailAverage` and `ntAsgd`.
 *
 * Throws: UnrollError.
 * Source: Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992; Bottou, Stochastic Gradient
 * SVM, 2010, for the rate.
 */
export function asgd(options: AsgdOptions): Transform {
  const { learningRate, lambda = 1e-4, alpha = 0.75, averageAfter = 1e6 } = options;
  expectIn("[0, Infinity)", "asgd", { lambda, alpha, averageAfter });
  expectRate("asgd", "learningRate", learningRate);
  const falling = (before: Value): Value => {
    const rate = rateAt("asgd", learningRate, before);
    return div(rate, pow(add(1, mul(lambda, mul(before, rate))), alpha));
  };
  return descent("asgd", {
    learningRate: falling,
    remembers: { average: 0 },
    at(step, rate) {
      const share = div(1, maximum(sub(step, 1 + averageAfter), 1));
      return (g, old, x) => {
        const direction = add(g, mul(lambda, x));
        const next = sub(x, mul(rate, direction));
        return [direction, { average: add(old.average, mul(share, sub(next, old.average))) }];
      };
    },
  });
}
