import { add, cos, div, floor, full, maximum, minimum, mul, pow, sub } from "@unroll/core";
import { expectCount, expectIn } from "./expect.ts";
import { expectRate, rateAt, type Rate, type Schedule } from "./rate.ts";

/**
 * The same rate at every step. A number in its place means the same.
 *
 * Throws: UnrollError.
 */
export function constantRate(rate: number): Schedule {
  expectIn("[0, Infinity)", "constantRate", { rate });
  return (step) => full(rate, step.type);
}

/** What makes an exponential decay. */
export interface ExponentialOptions {
  /** The rate to start from. */
  readonly rate: number;
  /** What the rate is multiplied by at the end of each period. */
  readonly decay: number;
  /** The length of a period in steps: those of an epoch, or 1 for a smooth decay. */
  readonly every: number;
  /** How many periods pass at the full rate. Default: 1. */
  readonly after?: number;
}

/**
 * A rate that is multiplied by `decay` at the end of every period, from that of number `after` on.
 *
 * Throws: UnrollError.
 *
 *     exponential({ rate: 2e-3, decay: 0.97, every: stepsPerEpoch, after: 10 }); // char-rnn's defaults
 */
export function exponential({ rate, decay, every, after = 1 }: ExponentialOptions): Schedule {
  expectIn("[0, Infinity)", "exponential", { rate });
  expectIn("(0, 1]", "exponential", { decay });
  expectCount("exponential", { every, after });
  return (step) => {
    const periods = floor(div(step, every));
    return mul(rate, pow(decay, maximum(sub(periods, after - 1), 0)));
  };
}

/**
 * A rate that rises in equal steps, to the full one at the last of `steps` updates, and then follows `then`, which
 * counts its own steps from there.
 *
 * Throws: UnrollError.
 * Source: Goyal et al., Accurate, Large Minibatch SGD, 2017, section 2.2 (gradual warmup).
 *
 *     warmUp(500, cosine({ rate: 2e-3, steps: 20_000 }));
 */
export function warmUp(steps: number, then: Rate): Schedule {
  expectCount("warmUp", { steps });
  expectRate("warmUp", "then", then);
  return (step) => {
    const risen = minimum(div(add(step, 1), steps), 1);
    return mul(rateAt("warmUp", then, maximum(sub(step, steps), 0)), risen);
  };
}

/** What makes a cosine decay. */
export interface CosineOptions {
  /** The rate to start from. */
  readonly rate: number;
  /** How many steps it takes to reach the floor. */
  readonly steps: number;
  /** The rate at the end and from there on. Default: 0. */
  readonly floor?: number;
}

/**
 * A rate that falls along half a period of the cosine.
 *
 * Throws: UnrollError.
 * Source: Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017, eq. 5, without restarts.
 */
export function cosine({ rate, steps, floor: low = 0 }: CosineOptions): Schedule {
  expectIn("[0, Infinity)", "cosine", { rate, floor: low });
  expectCount("cosine", { steps });
  return (step) => {
    const angle = mul(Math.PI / steps, minimum(step, steps));
    return add(low, mul((rate - low) / 2, add(1, cos(angle))));
  };
}
