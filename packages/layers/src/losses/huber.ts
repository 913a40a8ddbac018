import { abs, minimum, mul, sub, type Value } from "@unroll/core";
import { expectAtLeast, expectBeside, expectFloats } from "./operands.ts";

/**
 * Half of the square of how far each number is off, up to a distance `delta`, 1 by default; beyond it a straight
 * line, so that outliers pull with a limited force: with r = |y - target|,
 *
 *     r^2 / 2 where r <= delta, and delta (r - delta / 2) elsewhere
 *
 * Shapes: any, targets of the same type -> same.
 * Gradient: dy = clamp(y - target, -delta, delta) dloss
 * Throws: DTypeError, ShapeError when the types differ; UnrollError for a delta below 0.
 * Source: Huber, Robust Estimation of a Location Parameter, 1964.
 */
export function huber(y: Value, targets: Value, options: { readonly delta?: number } = {}): Value {
  const { delta = 1 } = options;
  expectFloats("huber", "numbers", y);
  expectBeside("huber", y, "targets", targets);
  expectAtLeast("huber", "delta", delta, 0);
  const r = abs(sub(y, targets));
  const near = minimum(r, delta);
  // Where r >= delta, near is delta: near (r - near / 2) is both branches, and no square of an outlier overflows.
  return mul(near, sub(r, mul(0.5, near)));
}
