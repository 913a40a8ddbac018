import { detach } from "./detach.ts";
import { add, div, mul, neg, sub } from "./arithmetic.ts";
import { and, equal, greater } from "./compare.ts";
import { elementwise, floats, type BinaryFunction, type UnaryFunction } from "./elementwise.ts";
import { where } from "./where.ts";

/**
 * Exponential, elementwise.
 *
 * Shapes: any -> same.
 * Gradient: dx = dy y.
 * Throws: DTypeError.
 */
export const exp: UnaryFunction = elementwise("exp", {
  scalar: (s, x) => s.exp(x),
  vjp: (dy, _, y) => [mul(dy, y)],
  on: floats,
});

/**
 * e^x - 1, elementwise, accurate near 0.
 *
 * Shapes: any -> same.
 * Gradient: dx = dy e^x.
 * Throws: DTypeError.
 */
export const expm1: UnaryFunction = elementwise("expm1", {
  scalar: (s, x) => s.expm1(x),
  // Not y + 1, which loses all digits where y is close to -1.
  vjp: (dy, [x]) => [mul(dy, exp(x))],
  on: floats,
});

/**
 * Natural logarithm, elementwise: -Infinity at 0 and NaN below.
 *
 * Shapes: any -> same.
 * Gradient: dx = dy / x.
 * Throws: DTypeError.
 */
export const log: UnaryFunction = elementwise("log", {
  scalar: (s, x) => s.log(x),
  vjp: (dy, [x]) => [div(dy, x)],
  on: floats,
});

/**
 * log(1 + x), elementwise, accurate near 0.
 *
 * Shapes: any -> same.
 * Gradient: dx = dy / (1 + x).
 * Throws: DTypeError.
 */
export const log1p: UnaryFunction = elementwise("log1p", {
  scalar: (s, x) => s.log1p(x),
  vjp: (dy, [x]) => [div(dy, add(1, x))],
  on: floats,
});

/**
 * Sine, elementwise.
 *
 * Shapes: any -> same.
 * Gradient: dx = dy cos x.
 * Throws: DTypeError.
 */
export const sin: UnaryFunction = elementwise("sin", {
  scalar: (s, x) => s.sin(x),
  vjp: (dy, [x]) => [mul(dy, cos(x))],
  on: floats,
});

/**
 * Cosine, elementwise.
 *
 * Shapes: any -> same.
 * Gradient: dx = -dy sin x.
 * Throws: DTypeError.
 */
export const cos: UnaryFunction = elementwise("cos", {
  scalar: (s, x) => s.cos(x),
  vjp: (dy, [x]) => [neg(mul(dy, sin(x)))],
  on: floats,
});

/**
 * Error function, elementwise: the integral of 2 / sqrt(pi) e^(-t^2) from 0 to x.
 *
 * Shapes: any -> same.
 * Gradient: dx = dy 2 / sqrt(pi) e^(-x^2).
 * Throws: DTypeError.
 */
export const erf: UnaryFunction = elementwise("erf", {
  scalar: (s, x) => s.erf(x),
  vjp: (dy, [x]) => [mul(2 / Math.sqrt(Math.PI), dy, exp(neg(mul(x, x))))],
  on: floats,
});

/**
 * x to the power of y, elementwise. Of a negative x: NaN unless y is whole.
 *
 * Shapes: broadcast as in NumPy.
 * Gradient: dx = dz y x^(y - 1), 0 where x and y are both 0; dy = dz z log x, 0 where x <= 0.
 * Throws: ShapeError, DTypeError.
 */
export const pow: BinaryFunction = elementwise("pow", {
  scalar: (s, x, y) => s.pow(x, y),
  vjp(dz, [x, y], z) {
    // 0 0^(-1) would be NaN. Only that point is moved: elsewhere y x^(y - 1) has its own derivatives, also where y = 0.
    const exponent = where(and(equal(x, 0), equal(y, 0)), 0, sub(y, 1));
    const positive = greater(x, 0);
    // The inner choice keeps log, and its derivative, away from 0.
    const dy = where(positive, mul(dz, z, log(where(positive, x, 1))), 0);
    return [mul(dz, y, pow(x, exponent)), dy];
  },
  on: floats,
});

/**
 * Absolute value, elementwise.
 *
 * Shapes: any -> same.
 * Gradient: dx = dy sign(x), 0 at 0.
 * Throws: DTypeError.
 */
export const abs: UnaryFunction = elementwise("abs", {
  scalar: (s, x) => s.abs(x),
  vjp: (dy, [x]) => [mul(dy, detach(sign(x)))],
});

/**
 * -1, 0 or 1 as x is negative, zero or positive, elementwise. NaN stays NaN.
 *
 * Shapes: any -> same.
 * Gradient: it has none, since a zero would hide mistakes: use `detach`, or `customGradient` for a straight-through
 * one.
 * Throws: DTypeError.
 */
export const sign: UnaryFunction = elementwise("sign", {
  scalar(s, x) {
    const constant = (n: number) => s.constant(x.dtype, n);
    const upper = s.select(s.less(constant(0), x), constant(1), x);
    return s.select(s.less(x, constant(0)), constant(-1), upper);
  },
});
