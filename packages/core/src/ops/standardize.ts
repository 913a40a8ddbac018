import type { Value } from "../graph/node.ts";
import { add, mul, rsqrt, square, sub } from "./arithmetic.ts";
import { normalizeAxes } from "./axis.ts";
import { expectFloats } from "./expect.ts";
import { mean } from "./reduce.ts";

/** Over which axes, the last one by default, and what is added to the variance. */
export interface StandardizeOptions {
  readonly axis?: number | readonly number[];
  readonly epsilon?: number;
}

/**
 * Entries with mean 0 and variance 1 along an axis: what layer norm is before its gain and bias. `epsilon`,
 * 1e-5 by default, is added to the variance, so that rows without any stay zeros.
 *
 * Shapes: any -> same.
 * Gradient: dx = (dy - mean(dy) - y mean(y dy)) / deviation
 * Throws: ShapeError for an axis that is not there; DTypeError for all but floats.
 * Source: Ba, Kiros and Hinton, Layer Normalization, 2016, eq. 3.
 */
export function standardize(x: Value, options: StandardizeOptions = {}): Value {
  const { axis = -1, epsilon = 1e-5 } = options;
  expectFloats("standardize", [x]);
  const over = { axis: normalizeAxes("standardize", axis, x), keepDims: true };
  const centred = sub(x, mean(x, over));
  return mul(centred, rsqrt(add(mean(square(centred), over), epsilon)));
}
