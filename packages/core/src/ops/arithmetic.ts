import type { Value } from "../graph/node.ts";
import { elementwise, floats, type BinaryFunction, type Operand, type UnaryFunction } from "./elementwise.ts";

const add2: BinaryFunction = elementwise("add", {
  scalar: (s, x, y) => s.add(x, y),
  vjp: (dy) => [dy, dy],
  traits: { sum: true },
});

/**
 * Sum of two or more operands, elementwise.
 *
 * Shapes: broadcast as in NumPy.
 * Gradient: dx = dy for every operand.
 * Throws: ShapeError, DTypeError.
 */
export const add = (x: Operand, y: Operand, ...others: readonly Operand[]): Value =>
  others.reduce<Value>((sum, z) => add2(sum, z), add2(x, y));

const mul2: BinaryFunction = elementwise("mul", {
  scalar: (s, x, y) => s.multiply(x, y),
  vjp: (dy, [x, y]) => [mul(dy, y), mul(dy, x)],
});

/**
 * Product of two or more operands, elementwise.
 *
 * Shapes: broadcast as in NumPy.
 * Gradient: dx = dy times the other operands.
 * Throws: ShapeError, DTypeError.
 */
export const mul = (x: Operand, y: Operand, ...others: readonly Operand[]): Value =>
  others.reduce<Value>((product, z) => mul2(product, z), mul2(x, y));

/**
 * Difference, elementwise.
 *
 * Shapes: broadcast as in NumPy.
 * Gradient: dx = dz, dy = -dz.
 * Throws: ShapeError, DTypeError.
 */
export const sub: BinaryFunction = elementwise("sub", {
  scalar: (s, x, y) => s.subtract(x, y),
  vjp: (dz) => [dz, neg(dz)],
});

/**
 * Negative, elementwise.
 *
 * Shapes: any -> same.
 * Gradient: dx = -dy.
 */
export const neg: UnaryFunction = elementwise("neg", {
  scalar: (s, x) => s.negate(x),
  vjp: (dy) => [neg(dy)],
});

/**
 * Quotient, elementwise. Of integers: truncated, and 0 for a zero divisor.
 *
 * Shapes: broadcast as in NumPy.
 * Gradient: dx = dz / y, dy = -dz z / y. Integers have none.
 * Throws: ShapeError, DTypeError.
 */
export const div: BinaryFunction = elementwise("div", {
  scalar: (s, x, y) => s.divide(x, y),
  vjp: (dz, [, y], z) => [div(dz, y), neg(div(mul(dz, z), y))],
});

/**
 * Square, elementwise.
 *
 * Shapes: any -> same.
 * Gradient: dx = 2 x dy.
 */
export const square = (x: Value): Value => mul(x, x);

/**
 * Square root, elementwise.
 *
 * Shapes: any -> same.
 * Gradient: dx = dy / (2 y); infinite at 0.
 */
export const sqrt: UnaryFunction = elementwise("sqrt", {
  scalar: (s, x) => s.sqrt(x),
  vjp: (dy, _, y) => [div(dy, mul(2, y))],
  on: floats,
});

/**
 * Reciprocal square root, elementwise.
 *
 * Shapes: any -> same.
 * Gradient: dx = -dy y^3 / 2.
 */
export const rsqrt: UnaryFunction = elementwise("rsqrt", {
  scalar: (s, x) => s.divide(s.constant(x.dtype, 1), s.sqrt(x)),
  vjp: (dy, _, y) => [mul(-0.5, dy, y, y, y)],
  on: floats,
});
