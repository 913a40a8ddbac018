import type { Value } from "../graph/node.ts";
import { add, div, sub } from "./arithmetic.ts";
import { normalizeAxes, normalizeAxis } from "./axis.ts";
import { sum } from "./broadcast.ts";
import { equal, less } from "./compare.ts";
import { detach } from "./detach.ts";
import { expectFloats } from "./expect.ts";
import { abs, exp, log } from "./functions.ts";
import { max } from "./reduce.ts";
import { keptShape, type ReduceOptions } from "./reduction.ts";
import { reshape } from "./reshape.ts";
import { where } from "./where.ts";

/** Exponentials relative to the largest entry of each row, so that none overflows. */
interface Exponentials {
  /** What is subtracted from x: the largest entry, with kept axes. */
  readonly shift: Value;
  /** x minus the largest entry. */
  readonly shifted: Value;
  readonly exps: Value;
  /** The sum of `exps`, with kept axes: 1 or more, and 1 for a row of nothing but -Infinity. */
  readonly total: Value;
  /** Whether a row is nothing but -Infinity: its exponentials are all 0. */
  readonly masked: Value;
}

/**
 * The shift cancels in every result, so it counts as a constant. The total of a row of nothing but -Infinity
 * becomes 1 before anything is divided by it: a choice afterwards would hide the NaN, but not that of the
 * derivative.
 */
export function exponentials(x: Value, axis: readonly number[]): Exponentials {
  const largest = detach(max(x, { axis, keepDims: true }));
  const shift = where(less(abs(largest), Infinity), largest, 0);
  const shifted = sub(x, shift);
  const exps = exp(shifted);
  const total = sum(exps, { axis, keepDims: true });
  const masked = equal(total, 0);
  return { shift, shifted, exps, total: where(masked, 1, total), masked };
}

/**
 * Logarithm of the sum of exponentials along axes, without overflow. Of nothing but -Infinity, or of nothing
 * at all, it is -Infinity, with zero gradient.
 *
 * Shapes: [b, n] -> [] over all axes, [b] over axis 1, [b, 1] with keepDims.
 * Gradient: dx = softmax(x) dy
 * Throws: ShapeError for an axis that is not there; DTypeError for all but floats.
 */
export function logSumExp(x: Value, options: ReduceOptions = {}): Value {
  expectFloats("logSumExp", [x]);
  const axes = normalizeAxes("logSumExp", options.axis, x);
  const { shift, total, masked } = exponentials(x, axes);
  const y = where(masked, -Infinity, add(log(total), shift));
  const shape = options.keepDims
    ? keptShape(x.type, axes)
    : x.shape.filter((_, axis) => !axes.includes(axis));
  return reshape(y, shape);
}

/**
 * Exponentials as shares of their sum along an axis, the last one by default, without overflow. Rows of
 * nothing but -Infinity become zeros, with zero gradient.
 *
 * Shapes: any -> same.
 * Gradient: dx = y (dy - sum(y dy))
 * Throws: ShapeError for an axis that is not there; DTypeError for all but floats.
 *
 *     softmax(where(mask, scores, -Infinity)); // attention to what the mask lets through
 */
export function softmax(x: Value, options: { readonly axis?: number } = {}): Value {
  expectFloats("softmax", [x]);
  const { exps, total } = exponentials(x, [normalizeAxis("softmax", options.axis ?? -1, x)]);
  return div(exps, total);
}

/**
 * Logarithm of `softmax`, without its loss of digits. Rows of nothing but -Infinity stay so, with zero
 * gradient.
 *
 * Shapes: any -> same.
 * Gradient: dx = dy - softmax(x) sum(dy)
 * Throws: ShapeError for an axis that is not there; DTypeError for all but floats.
 */
export function logSoftmax(x: Value, options: { readonly axis?: number } = {}): Value {
  expectFloats("logSoftmax", [x]);
  const { shifted, total, masked } = exponentials(x, [normalizeAxis("logSoftmax", options.axis ?? -1, x)]);
  return where(masked, -Infinity, sub(shifted, log(total)));
}
