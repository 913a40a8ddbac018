import { add, div, minimum, mul, pow, sub } from "@unroll/core";
import { expectCount, expectIn } from "../expect.ts";
import type { Schedule } from "../rate.ts";

/** What makes a polynomial decay. */
export interface PolynomialOptions {
  /** The rate to start from. */
  readonly rate: number;
  /** How many steps it takes to reach the floor. */
  readonly steps: number;
  /** 1 is a straight line. Default: 1. */
  readonly power?: number;
  /** The rate at the end and from there on. Default: 0. */
  readonly floor?: number;
}

/**
 * A rate that falls as a power of what is left of the steps: floor + (rate - floor) (1 - step / steps)^power.
 *
 * Throws: UnrollError.
 */
export function polynomial({ rate, steps, power = 1, floor: low = 0 }: PolynomialOptions): Schedule {
  expectIn("[0, Infinity)", "polynomial", { rate, floor: low });
  expectIn("(0, Infinity)", "polynomial", { power });
  expectCount("polynomial", { steps });
  return (step) => {
    const left = sub(1, div(minimum(step, steps), steps));
    return add(low, mul(rate - low, power === 1 ? left : pow(left, power)));
  };
}
