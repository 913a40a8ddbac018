import { UnrollError } from "../tensor/error.ts";
import type { Value } from "../graph/node.ts";
import { mul } from "./arithmetic.ts";
import { and, equal, greater, less, lessEqual } from "./compare.ts";
import { elementwise, type BinaryFunction, type Operand } from "./elementwise.ts";
import { where } from "./where.ts";

/** The cotangent of an operand that is passed on where `taken`, and by halves where both operands are equal. */
const shareOf = (dz: Value, taken: Value, tied: Value): Value =>
  where(tied, mul(0.5, dz), where(taken, dz, 0));

/**
 * The larger of x and y, elementwise. NaN where either is.
 *
 * Shapes: broadcast as in NumPy.
 * Gradient: dz to the larger one, half to each where they are equal.
 * Throws: ShapeError, DTypeError.
 */
export const maximum: BinaryFunction = elementwise("maximum", {
  scalar: (s, x, y) => s.max(x, y),
  vjp(dz, [x, y]) {
    const tied = equal(x, y);
    return [shareOf(dz, greater(x, y), tied), shareOf(dz, less(x, y), tied)];
  },
});

/**
 * The smaller of x and y, elementwise. NaN where either is.
 *
 * Shapes: broadcast as in NumPy.
 * Gradient: dz to the smaller one, half to each where they are equal.
 * Throws: ShapeError, DTypeError.
 */
export const minimum: BinaryFunction = elementwise("minimum", {
  scalar: (s, x, y) => s.min(x, y),
  vjp(dz, [x, y]) {
    const tied = equal(x, y);
    return [shareOf(dz, less(x, y), tied), shareOf(dz, greater(x, y), tied)];
  },
});

const clampOp: (x: Operand, low: Operand, high: Operand) => Value = elementwise("clamp", {
  scalar: (s, x, low, high) => s.min(s.max(x, low), high),
  vjp(dy, [x, low, high]) {
    const inside = and(lessEqual(low, x), lessEqual(x, high));
    return [where(inside, dy, 0), where(less(x, low), dy, 0), where(greater(x, high), dy, 0)];
  },
});

/**
 * x where it lies between the limits, and the nearer limit elsewhere.
 *
 * Shapes: broadcast as in NumPy.
 * Gradient: dx = dy from low to high, both included, and 0 outside, where it goes to the limit that was taken.
 * Throws: ShapeError, DTypeError; UnrollError when the limits are numbers in the wrong order.
 */
export function clamp(x: Operand, low: Operand, high: Operand): Value {
  if (typeof low === "number" && typeof high === "number" && !(low <= high)) {
    throw new UnrollError(`clamp: the lower limit is ${low} and the upper ${high}.`);
  }
  return clampOp(x, low, high);
}
