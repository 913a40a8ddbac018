import { add, clamp, div, exp, minimum, softplus, sub, type Value } from "@unroll/core";

/**
 * Limits within which value and derivative of a squared distance are numbers in f32. What lies beyond, 1e14
 * deviations or deviations of e^80, is there because a net ran away, and has no gradient by the distance.
 */
const farthest = 1e14;
const widest = 80;

/**
 * Distances from means in deviations. It divides, because the derivative of a product with e^-logDeviation would
 * overflow where that of the quotient does not.
 */
export const standardized = (x: Value, mean: Value, logDeviation: Value): Value =>
  clamp(div(sub(x, mean), exp(minimum(logDeviation, widest))), -farthest, farthest);

/**
 * log(e^x + floor): a scale from an output of any size, that is never below the floor and never overflows. With a
 * floor of 0 it is x.
 */
export function logPlus(x: Value, floor: number): Value {
  if (floor === 0) return x;
  const least = Math.log(floor);
  return add(least, softplus(sub(x, least)));
}
