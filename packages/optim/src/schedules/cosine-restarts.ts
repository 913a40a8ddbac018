import {
  add,
  constant,
  cos,
  div,
  lessEqual,
  max,
  mod,
  mul,
  sub,
  tensor,
  where,
  type Value,
} from "@unroll/core";
import { expectCount, expectIn } from "../expect.ts";
import type { Schedule } from "../rate.ts";

/** What makes a cosine decay with restarts. */
export interface CosineRestartsOptions {
  /** The rate that every period starts from. */
  readonly rate: number;
  /** The length of the first period in steps. */
  readonly steps: number;
  /** How many times as long every further period is: a whole number. Default: 1. */
  readonly growth?: number;
  /** The rate that every period falls towards. Default: 0. */
  readonly floor?: number;
}

/**
 * A rate that falls along half a period of the cosine and then starts anew, in periods that may grow.
 *
 * Throws: UnrollError.
 * Source: Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017, eq. 5.
 */
export function cosineRestarts(options: CosineRestartsOptions): Schedule {
  const { rate, steps, growth = 1, floor: low = 0 } = options;
  expectIn("[0, Infinity)", "cosineRestarts", { rate, floor: low });
  expectCount("cosineRestarts", { steps, growth });
  return (step) => {
    const { begin, length } = period(step, steps, growth);
    const angle = mul(Math.PI, div(sub(step, begin), length));
    return add(low, mul((rate - low) / 2, add(1, cos(angle))));
  };
}

/**
 * Where the period that holds a step begins, and how long it is: whole numbers, found without a logarithm's rounding.
 */
function period(step: Value, first: number, growth: number) {
  if (growth === 1) return { begin: sub(step, mod(step, first)), length: first };
  const begins = [0];
  // No step is later than 2^31, for steps are counted in i32.
  for (let length = first; begins.at(-1)! < 2 ** 31; length *= growth) begins.push(begins.at(-1)! + length);
  const all = constant(tensor(begins, { dtype: step.type.dtype }));
  const begin = max(where(lessEqual(all, step), all, 0));
  // Periods grow as the sum of those before: begin = first (growth^i - 1) / (growth - 1).
  return { begin, length: add(first, mul(growth - 1, begin)) };
}
