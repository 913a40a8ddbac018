import { add, cos, minimum, mul } from "@unroll/core";
import { expectCount, expectIn } from "../expect.ts";
import type { Schedule } from "../rate.ts";

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
