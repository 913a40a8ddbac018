import { ShapeError } from "../tensor/error.ts";
import { describeValue, type Value } from "../graph/node.ts";
import { div, mul, square, sub } from "./arithmetic.ts";
import { normalizeAxes } from "./axis.ts";
import { broadcastTo, sum } from "./broadcast.ts";
import { cast } from "./cast.ts";
import { equal } from "./compare.ts";
import { concat } from "./concat.ts";
import { floats } from "./elementwise.ts";
import { expectFloats, expectNumbers, expectValues } from "./expect.ts";
import { full } from "./full.ts";
import { countOf, keptShape, reduction, type ReduceOptions } from "./reduction.ts";
import { reshape } from "./reshape.ts";
import { pad, slice } from "./slice.ts";
import { transpose } from "./transpose.ts";
import { where } from "./where.ts";

type Reduction = (x: Value, options?: ReduceOptions) => Value;

/**
 * Mean along axes. Over nothing it is NaN.
 *
 * Shapes: [b, n] -> [] over all axes, [b] over axis 1, [b, 1] with keepDims.
 * Gradient: dx = dy / n at every entry.
 * Throws: ShapeError for an axis that is not there; DTypeError for all but floats.
 */
export const mean: Reduction = reduction("mean", {
  combine: "sum",
  on: floats,
  finish: (s, total, count) => s.divide(total, s.constant(total.dtype, count)),
  vjp: (dy, x, _, { count }) => broadcastTo(div(dy, count), x.shape),
});

/**
 * Variance along axes: the mean of squared distances from the mean, in two passes. It divides by n, and not
 * by n - 1.
 *
 * Shapes: [b, n] -> [] over all axes, [b] over axis 1, [b, 1] with keepDims.
 * Gradient: dx = 2 (x - mean) dy / n
 * Throws: ShapeError for an axis that is not there; DTypeError for all but floats.
 */
export function variance(x: Value, options: ReduceOptions = {}): Value {
  expectFloats("variance", [x]);
  normalizeAxes("variance", options.axis, x);
  return mean(square(sub(x, mean(x, { ...options, keepDims: true }))), options);
}

/** Of equal extremes each gets its share, so the cotangents of x always add up to dy. */
const extreme = (name: "max" | "min"): Reduction =>
  reduction(name, {
    combine: name,
    on: ["f32", "f64", "i32"],
    vjp(dy, x, y, { axes }) {
      const reached = equal(x, y);
      const ties = sum(cast(reached, x.type.dtype), { axis: axes, keepDims: true });
      return where(reached, broadcastTo(div(dy, ties), x.shape), 0);
    },
  });

/**
 * Largest entry along axes; NaN if one is NaN, and -Infinity, or the smallest i32, over nothing.
 *
 * Shapes: [b, n] -> [] over all axes, [b] over axis 1, [b, 1] with keepDims.
 * Gradient: dx = dy at the largest entry and 0 elsewhere; equal ones share it equally.
 * Throws: ShapeError for an axis that is not there; DTypeError for bool.
 */
export const max: Reduction = extreme("max");

/**
 * Smallest entry along axes; NaN if one is NaN, and Infinity, or the largest i32, over nothing.
 *
 * Shapes: [b, n] -> [] over all axes, [b] over axis 1, [b, 1] with keepDims.
 * Gradient: dx = dy at the smallest entry and 0 elsewhere; equal ones share it equally.
 * Throws: ShapeError for an axis that is not there; DTypeError for bool.
 */
export const min: Reduction = extreme("min");

const product: Reduction = reduction("prod", {
  combine: "product",
  on: ["f32", "f64", "i32"],
  vjp: (dy, x) => mul(dy, others(x)),
});

/**
 * For every entry of the last axis the product of all others. Without a division, which zeros would spoil:
 * pairs are multiplied, and what stands beside an entry is its partner times all that stands beside the pair.
 */
function others(x: Value): Value {
  const size = x.shape.at(-1)!;
  if (size < 2) return full(1, x.type);
  const half = Math.ceil(size / 2);
  const a = slice(x, 0, half, { axis: -1 });
  const b = pad(slice(x, half, size, { axis: -1 }), 0, 2 * half - size, { axis: -1, value: 1 });
  const rest = others(mul(a, b));
  return slice(concat([mul(rest, b), mul(rest, a)]), 0, size, { axis: -1 });
}

/**
 * Product along axes. Over nothing it is 1.
 *
 * Shapes: [b, n] -> [] over all axes, [b] over axis 1, [b, 1] with keepDims.
 * Gradient: dx = dy times the product of all other entries; exact when some are zero.
 * Throws: ShapeError for an axis that is not there; DTypeError for bool.
 */
export function prod(x: Value, { axis, keepDims = false }: ReduceOptions = {}): Value {
  expectNumbers("prod", x);
  const axes = normalizeAxes("prod", axis, x);
  const kept = [...x.shape.keys()].filter((one) => !axes.includes(one));
  const rows = transpose(x, [...kept, ...axes]);
  const sizes = kept.map((one) => x.shape[one]!);
  const y = product(reshape(rows, [...sizes, countOf(x.shape, axes)]), { axis: -1 });
  return keepDims ? reshape(y, keptShape(x.type, axes)) : y;
}

const position: Reduction = reduction("argmax", {
  combine: "argmax",
  on: ["f32", "f64", "i32"],
  gives: "i32",
});

/**
 * Position of the largest entry along an axis, or among all entries in row-major order. Of equal ones the
 * first; of NaNs, which are larger than all numbers, as well.
 *
 * Shapes: [b, n] -> i32 [] over all axes, [b] over axis 1, [b, 1] with keepDims.
 * Gradient: none, it is an integer.
 * Throws: ShapeError for an axis that is not there or is empty; DTypeError for bool.
 */
export function argmax(
  x: Value,
  options: { readonly axis?: number; readonly keepDims?: boolean } = {},
): Value {
  expectValues("argmax", x);
  if (countOf(x.shape, normalizeAxes("argmax", options.axis, x)) > 0) return position(x, options);
  const which = options.axis === undefined ? "" : `axis ${options.axis} of `;
  throw new ShapeError(`argmax: ${which}${describeValue(x)} is empty, so no entry is the largest.`);
}

/**
 * Whether at least one condition along axes holds. Over nothing it is false.
 *
 * Shapes: bool [b, n] -> [] over all axes, [b] over axis 1, [b, 1] with keepDims.
 * Throws: ShapeError for an axis that is not there; DTypeError for all but bool.
 */
export const any: Reduction = reduction("any", { combine: "or", on: ["bool"] });

/**
 * Whether all conditions along axes hold. Over nothing it is true.
 *
 * Shapes: bool [b, n] -> [] over all axes, [b] over axis 1, [b, 1] with keepDims.
 * Throws: ShapeError for an axis that is not there; DTypeError for all but bool.
 */
export const all: Reduction = reduction("all", { combine: "and", on: ["bool"] });
