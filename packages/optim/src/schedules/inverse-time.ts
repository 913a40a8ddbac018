import { add, div, mul } from "@unroll/core";
import { expectIn } from "../expect.ts";
import type { Schedule } from "../rate.ts";

/** What makes a rate that falls as one over the step. */
export interface InverseTimeOptions {
  /** The rate to start from. */
  readonly rate: number;
  /** How much of the first rate's denominator each step adds: Torch7's learningRateDecay. */
  readonly decay: number;
}

/**
 * A rate that falls as rate / (1 + decay step), as in Torch7's sgd and adagrad.
 *
 * Throws: UnrollError.
 * Source: Robbins and Monro, A Stochastic Approximation Method, 1951, for rates whose sum is infinite and whose
 * squares' is not.
 */
export function inverseTime({ rate, decay }: InverseTimeOptions): Schedule {
  expectIn("[0, Infinity)", "inverseTime", { rate, decay });
  return (step) => div(rate, add(1, mul(decay, step)));
}
