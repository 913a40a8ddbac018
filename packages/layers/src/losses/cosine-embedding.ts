import {
  abs,
  detach,
  div,
  equal,
  max,
  mul,
  relu,
  rsqrt,
  square,
  sub,
  sum,
  where,
  type Value,
} from "@unroll/core";
import { expectBeside, expectRows } from "./operands.ts";

/**
 * Draws vectors that are alike together and the others apart, by the cosine of their angle:
 *
 *     1 - cos(x, y) where alike, and max(0, cos(x, y) - margin) elsewhere
 *
 * The cosine of a vector of zeros is 0, with zero gradient. `margin` is 0 by default.
 *
 * Shapes: x and y [..., n] of one type, alike bool [...] -> [...]
 * Throws: DTypeError, ShapeError when the types differ.
 */
export function cosineEmbedding(
  x: Value,
  y: Value,
  alike: Value,
  options: { readonly margin?: number } = {},
): Value {
  const { margin = 0 } = options;
  expectRows("cosineEmbedding", "vectors", x);
  expectBeside("cosineEmbedding", x, "other vectors", y);
  const shape = x.shape.slice(0, -1);
  expectBeside("cosineEmbedding", x, "conditions", alike, { dtype: "bool", shape });
  const cosine = sum(mul(unit(x), unit(y)), { axis: -1 });
  return where(alike, sub(1, cosine), relu(sub(cosine, margin)));
}

/** Vectors of length 1. The largest entry cancels, so it counts as a constant, and no square overflows. */
function unit(x: Value): Value {
  const largest = detach(max(abs(x), { axis: -1, keepDims: true }));
  const none = equal(largest, 0);
  const scaled = div(x, where(none, 1, largest));
  const length2 = sum(square(scaled), { axis: -1, keepDims: true });
  return where(none, 0, mul(scaled, rsqrt(where(none, 1, length2))));
}
