import { isFloat } from "../tensor/type.ts";
import type { Expr, Scalar } from "../ir/scalar.ts";
import { div, mul, neg } from "./arithmetic.ts";
import { detach } from "./detach.ts";
import { elementwise, floats, type BinaryFunction, type UnaryFunction } from "./elementwise.ts";

/**
 * The largest whole number that is not above x, elementwise.
 *
 * Shapes: any -> same.
 * Gradient: it has none, since a zero would hide mistakes: use `detach`, or `customGradient` for a straight-through
 * one.
 * Throws: DTypeError.
 */
export const floor: UnaryFunction = elementwise("floor", { scalar: (s, x) => s.floor(x), on: floats });

/**
 * The nearest whole number, halves to the even one, elementwise.
 *
 * Shapes: any -> same.
 * Gradient: it has none, since a zero would hide mistakes: use `detach`, or `customGradient` for a straight-through
 * one.
 * Throws: DTypeError.
 */
export const round: UnaryFunction = elementwise("round", { scalar: (s, x) => s.nearest(x), on: floats });

/**
 * What is left of x after division by y, with the sign of y: mod(-1, 3) is 2. Elementwise; 0 for an integer divisor 0.
 *
 * Of floats it is x - y floor(x / y), each operation rounded. Where x is so close below a multiple of y that x / y is
 * rounded to a whole number, it is therefore a little below 0 instead of a little below y.
 *
 * Shapes: broadcast as in NumPy.
 * Gradient: dx = dz, dy = -dz floor(x / y).
 * Throws: ShapeError, DTypeError.
 */
export const mod: BinaryFunction = elementwise("mod", {
  scalar: (s, x, y) => (isFloat(x.dtype) ? floatMod(s, x, y) : integerMod(s, x, y)),
  vjp: (dz, [x, y]) => [dz, neg(mul(dz, detach(floor(div(x, y)))))],
});

const floatMod = (s: Scalar, x: Expr, y: Expr): Expr => s.subtract(x, s.multiply(s.floor(s.divide(x, y)), y));

/** The machine's remainder has the sign of x: where that is the wrong one, y is added. */
function integerMod(s: Scalar, x: Expr, y: Expr): Expr {
  const zero = s.constant("i32", 0);
  const rest = s.remainder(x, y);
  const opposed = s.less(s.xor(rest, y), zero);
  const wrong = s.and(opposed, s.not(s.equal(rest, zero)));
  return s.select(wrong, s.add(rest, y), rest);
}
