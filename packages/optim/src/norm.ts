import { greater, sqrt, square, sum, where, type Value } from "@unroll/core";

/** Euclidean length along axes, all by default; its derivative at 0 is 0, where that of the root is infinite. */
export function lengthOf(
  x: Value,
  options: { readonly axis?: number | readonly number[]; readonly keepDims?: boolean } = {},
): Value {
  const squares = sum(square(x), options);
  const positive = greater(squares, 0);
  return where(positive, sqrt(where(positive, squares, 1)), squares);
}
