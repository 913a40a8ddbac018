import type { DType } from "../tensor/type.ts";
import { elementwise, type BinaryFunction, type UnaryFunction } from "./elementwise.ts";

const any: readonly DType[] = ["f32", "f64", "i32", "bool"];
const bools: readonly DType[] = ["bool"];

/**
 * Whether x < y, elementwise. False where either is NaN.
 *
 * Shapes: broadcast as in NumPy -> bool.
 * Throws: ShapeError, DTypeError.
 */
export const less: BinaryFunction = elementwise("less", { scalar: (s, x, y) => s.less(x, y), gives: "bool" });

/**
 * Whether x <= y, elementwise. False where either is NaN.
 *
 * Shapes: broadcast as in NumPy -> bool.
 * Throws: ShapeError, DTypeError.
 */
export const lessEqual: BinaryFunction = elementwise("lessEqual", {
  scalar: (s, x, y) => s.lessEqual(x, y),
  gives: "bool",
});

/**
 * Whether x > y, elementwise. False where either is NaN.
 *
 * Shapes: broadcast as in NumPy -> bool.
 * Throws: ShapeError, DTypeError.
 */
export const greater: BinaryFunction = elementwise("greater", {
  scalar: (s, x, y) => s.less(y, x),
  gives: "bool",
});

/**
 * Whether x >= y, elementwise. False where either is NaN.
 *
 * Shapes: broadcast as in NumPy -> bool.
 * Throws: ShapeError, DTypeError.
 */
export const greaterEqual: BinaryFunction = elementwise("greaterEqual", {
  scalar: (s, x, y) => s.lessEqual(y, x),
  gives: "bool",
});

/**
 * Whether x and y are the same number or truth value, elementwise. NaN equals nothing.
 *
 * Shapes: broadcast as in NumPy -> bool.
 * Throws: ShapeError, DTypeError.
 */
export const equal: BinaryFunction = elementwise("equal", {
  scalar: (s, x, y) => s.equal(x, y),
  on: any,
  gives: "bool",
});

/**
 * Whether x and y differ, elementwise. NaN differs from everything, itself included.
 *
 * Shapes: broadcast as in NumPy -> bool.
 * Throws: ShapeError, DTypeError.
 */
export const notEqual: BinaryFunction = elementwise("notEqual", {
  scalar: (s, x, y) => s.not(s.equal(x, y)),
  on: any,
  gives: "bool",
});

/**
 * Whether both conditions hold, elementwise.
 *
 * Shapes: bool, broadcast as in NumPy.
 * Throws: ShapeError, DTypeError.
 */
export const and: BinaryFunction = elementwise("and", { scalar: (s, x, y) => s.and(x, y), on: bools });

/**
 * Whether at least one condition holds, elementwise.
 *
 * Shapes: bool, broadcast as in NumPy.
 * Throws: ShapeError, DTypeError.
 */
export const or: BinaryFunction = elementwise("or", { scalar: (s, x, y) => s.or(x, y), on: bools });

/**
 * Whether exactly one condition holds, elementwise.
 *
 * Shapes: bool, broadcast as in NumPy.
 * Throws: ShapeError, DTypeError.
 */
export const xor: BinaryFunction = elementwise("xor", { scalar: (s, x, y) => s.xor(x, y), on: bools });

/**
 * Whether the condition does not hold, elementwise.
 *
 * Shapes: bool, any -> same.
 * Throws: DTypeError.
 */
export const not: UnaryFunction = elementwise("not", { scalar: (s, x) => s.not(x), on: bools });
