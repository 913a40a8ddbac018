import { equal, slice, sqrt, square, sub, sum, where, type Value } from "@unroll/core";
import { expectAxes } from "./operands.ts";

/**
 * How much the length of a state changes from step to step: the square of |h[t]| - |h[t - 1]|. Added to a loss it
 * keeps states from growing or fading over a long sequence. A state of zeros has the length 0 and no gradient.
 *
 * Shapes: hs [T, B, H] -> [T - 1, B]; put the first state in front to count its step too.
 * Throws: DTypeError, ShapeError when the states have another rank.
 * Source: Krueger and Memisevic, Regularizing RNNs by Stabilizing Activations, 2016, eq. 1.
 *
 *     const total = add(loss, mul(50, mean(normStabilizer(hs))));
 */
export function normStabilizer(hs: Value): Value {
  expectAxes("normStabilizer", "states", hs, ["T", "B", "H"]);
  const length2 = sum(square(hs), { axis: -1 });
  const none = equal(length2, 0);
  const length = where(none, 0, sqrt(where(none, 1, length2)));
  return square(sub(slice(length, 1), slice(length, 0, -1)));
}
