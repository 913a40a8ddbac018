import { add, mul, square, type Value } from "@unroll/core";
import { expectAtLeast, expectBeside, expectFloats } from "./operands.ts";
import { logPlus, standardized } from "./standardized.ts";

/**
 * Minus the logarithm of the density that a normal distribution has at each number:
 *
 *     1/2 (log(2 pi) + log v + (x - mean)^2 / v), v = e^logVariance + floor
 *
 * The floor of the variance, 1e-6 by default, keeps value and gradient finite when a net is certain; 0 leaves it
 * out.
 *
 * Shapes: x, mean and logVariance of one type -> same.
 * Units: nats
 * Gradient: dmean = (mean - x) / v dloss, dlogVariance = 1/2 (1 - (x - mean)^2 / v) dloss, times e^logVariance / v.
 * Throws: DTypeError, ShapeError when the types differ; UnrollError for a floor below 0.
 * Source: Nix and Weigend, Estimating the Mean and Variance of the Target Probability Distribution, 1994.
 */
export function gaussianNll(
  x: Value,
  mean: Value,
  logVariance: Value,
  options: { readonly floor?: number } = {},
): Value {
  const { floor = 1e-6 } = options;
  expectFloats("gaussianNll", "numbers", x);
  expectBeside("gaussianNll", x, "means", mean);
  expectBeside("gaussianNll", x, "log-variances", logVariance);
  expectAtLeast("gaussianNll", "floor", floor, 0);
  const logV = logPlus(logVariance, floor);
  const z = standardized(x, mean, mul(0.5, logV));
  return mul(0.5, add(Math.log(2 * Math.PI), logV, square(z)));
}
