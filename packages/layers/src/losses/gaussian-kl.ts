import { add, exp, expm1, mul, neg, square, sub, sum, type Value } from "@unroll/core";
import { expectBeside, expectRows } from "./operands.ts";

/** A normal distribution with independent components: mean and logarithm of the variance, [..., n] each. */
export interface DiagonalGaussian {
  readonly mean: Value;
  readonly logVariance: Value;
}

/**
 * How many nats a diagonal Gaussian is off from another, by default from the standard normal, as in the bound of a
 * variational autoencoder:
 *
 *     KL(p || q) = 1/2 sum (vp / vq - 1 - log(vp / vq) + (mp - mq)^2 / vq)
 *
 * Shapes: mean and logVariance [..., n], of one type -> [...]
 * Units: nats
 * Throws: DTypeError, ShapeError when the types differ.
 * Source: Kingma and Welling, Auto-Encoding Variational Bayes, 2014, appendix B.
 *
 *     const bound = add(reconstruction, mul(weight, gaussianKl({ mean, logVariance })));
 */
export function gaussianKl(p: DiagonalGaussian, q?: DiagonalGaussian): Value {
  expectRows("gaussianKl", "means", p.mean);
  expectBeside("gaussianKl", p.mean, "log-variances", p.logVariance);
  if (q === undefined) return between(p.logVariance, square(p.mean));
  expectBeside("gaussianKl", p.mean, "means of q", q.mean);
  expectBeside("gaussianKl", p.mean, "log-variances of q", q.logVariance);
  const distance = mul(square(sub(p.mean, q.mean)), exp(neg(q.logVariance)));
  return between(sub(p.logVariance, q.logVariance), distance);
}

/** From log(vp / vq) and (mp - mq)^2 / vq; expm1 keeps the digits of distributions that are close. */
const between = (logRatio: Value, distance: Value): Value =>
  mul(0.5, sum(add(sub(expm1(logRatio), logRatio), distance), { axis: -1 }));
