import { square, sub, type Value } from "@unroll/core";
import { expectBeside, expectFloats } from "./operands.ts";

/**
 * The square of how far each number is off: with `mean`, the mean squared error.
 *
 * Shapes: any, targets of the same type -> same.
 * Gradient: dy = 2 (y - target) dloss
 * Throws: DTypeError, ShapeError when the types differ: nothing is broadcast.
 *
 *     const loss = mean(squaredError(forecast, next));
 */
export function squaredError(y: Value, targets: Value): Value {
  expectFloats("squaredError", "numbers", y);
  expectBeside("squaredError", y, "targets", targets);
  return square(sub(y, targets));
}
