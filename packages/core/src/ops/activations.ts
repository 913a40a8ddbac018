import { add, mul, sub } from "./arithmetic.ts";
import { greater } from "./compare.ts";
import { elementwise, floats, type UnaryFunction } from "./elementwise.ts";
import { clamp } from "./extremes.ts";
import { erf, exp } from "./functions.ts";
import { where } from "./where.ts";

/**
 * Hyperbolic tangent, elementwise.
 *
 * Shapes: any -> same.
 * Gradient: dx = dy (1 - y^2).
 * Throws: DTypeError.
 */
export const tanh: UnaryFunction = elementwise("tanh", {
  scalar: (s, x) => s.tanh(x),
  vjp: (dy, _, y) => [mul(dy, sub(1, mul(y, y)))],
  on: floats,
});

/**
 * The logistic function 1 / (1 + e^-x), elementwise.
 *
 * Shapes: any -> same.
 * Gradient: dx = dy y (1 - y).
 * Throws: DTypeError.
 */
export const sigmoid: UnaryFunction = elementwise("sigmoid", {
  scalar: (s, x) => s.sigmoid(x),
  vjp: (dy, _, y) => [mul(dy, y, sub(1, y))],
  on: floats,
});

/**
 * log(1 + e^x), elementwise: accurate in both tails, where it is e^x and x.
 *
 * Shapes: any -> same.
 * Gradient: dx = dy sigmoid(x).
 * Throws: DTypeError.
 */
export const softplus: UnaryFunction = elementwise("softplus", {
  scalar(s, x) {
    const rest = s.log1p(s.exp(s.negate(s.abs(x))));
    return s.add(s.max(x, s.constant(x.dtype, 0)), rest);
  },
  vjp: (dy, [x]) => [mul(dy, sigmoid(x))],
  on: floats,
});

/**
 * The positive part: x where it is positive and 0 elsewhere.
 *
 * Shapes: any -> same.
 * Gradient: dx = dy where x > 0, and 0 elsewhere, 0 included.
 * Throws: DTypeError.
 */
export const relu: UnaryFunction = elementwise("relu", {
  scalar: (s, x) => s.max(x, s.constant(x.dtype, 0)),
  // By y rather than x: y is the one that whatever follows keeps anyway.
  vjp: (dy, _, y) => [where(greater(y, 0), dy, 0)],
});

/**
 * From here on the density and the lower tail of the normal distribution are 0 in f64: infinities times them are, too.
 */
const tail = 40;

/**
 * Gaussian error linear unit, elementwise: x times the probability that a standard normal variable is below x, by erf.
 *
 * Shapes: any -> same.
 * Gradient: dx = dy (P(x) + x p(x)), with the normal distribution P and its density p.
 * Throws: DTypeError.
 *
 * Source: Hendrycks and Gimpel, Gaussian Error Linear Units, 2016, eq. 1.
 */
export const gelu: UnaryFunction = elementwise("gelu", {
  scalar(s, x) {
    const constant = (n: number) => s.constant(x.dtype, n);
    const below = s.add(constant(1), s.erf(s.multiply(x, constant(Math.SQRT1_2))));
    return s.multiply(s.multiply(constant(0.5), s.max(x, constant(-tail))), below);
  },
  vjp(dy, [x]) {
    const probability = mul(0.5, add(1, erf(mul(x, Math.SQRT1_2))));
    const near = clamp(x, -tail, tail);
    const density = mul(1 / Math.sqrt(2 * Math.PI), exp(mul(-0.5, near, near)));
    return [mul(dy, add(probability, mul(near, density)))];
  },
  on: floats,
});
