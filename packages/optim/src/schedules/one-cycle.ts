import { add, cos, div, full, less, maximum, minimum, mul, sub, where, type Value } from "@unroll/core";
import { expectCount, expectIn } from "../expect.ts";
import type { Schedule } from "../rate.ts";

/** What makes one cycle. */
export interface OneCycleOptions {
  /** The highest rate. */
  readonly rate: number;
  /** How many steps the cycle has. */
  readonly steps: number;
  /** The share of them in which the rate rises. Default: 0.3. */
  readonly rising?: number;
  /** The highest rate over the first. Default: 25. */
  readonly startDivisor?: number;
  /** The first rate over the last. Default: 1e4. */
  readonly endDivisor?: number;
}

/**
 * A rate that rises along half a period of the cosine and falls along another, far below where it began; the last step
 * of the cycle is the first at the lowest rate, and later ones stay there.
 *
 * The shape and the defaults are PyTorch's (anneal_strategy "cos"); in the paper both ways are straight.
 *
 * Throws: UnrollError.
 * Source: Smith and Topin, Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates, 2018.
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const { rate, steps, rising = 0.3, startDivisor = 25, endDivisor = 1e4 } = options;
  expectIn("[0, Infinity)", "oneCycle", { rate });
  expectCount("oneCycle", { steps });
  expectIn("(0, 1)", "oneCycle", { rising });
  expectIn("[1, Infinity)", "oneCycle", { startDivisor, endDivisor });
  const first = rate / startDivisor;
  const last = first / endDivisor;
  const summit = Math.max(rising * steps - 1, 0);
  const end = Math.max(steps - 1, summit + 1);
  return (step) => {
    const up =
      summit === 0 ? full(rate, step.type) : between(first, rate, div(minimum(step, summit), summit));
    const down = between(rate, last, div(maximum(sub(minimum(step, end), summit), 0), end - summit));
    return where(less(step, summit), up, down);
  };
}

/** From one number to another along half a period of the cosine. */
const between = (from: number, to: number, share: Value): Value =>
  add(to, mul((from - to) / 2, add(1, cos(mul(Math.PI, share)))));
