import { div, floor, maximum, mul, pow, sub } from "@unroll/core";
import { expectCount, expectIn } from "../expect.ts";
import type { Schedule } from "../rate.ts";

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
