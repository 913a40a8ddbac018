import { div, greater, mapTree, mul, where, type Value } from "@unroll/core";
import { expectIn } from "../expect.ts";
import { lengthOf } from "../norm.ts";
import { stateless } from "../stateless.ts";
import type { Transform } from "../transform.ts";

/**
 * Every leaf scaled by itself, so that its norm is at most `limit`; leaves within the limit stay as they are, to the
 * bit. Leaves keep their directions, and the gradient as a whole does not; `clipNorm` keeps that.
 *
 * Throws: UnrollError when the limit is not above 0.
 */
export function clipLeafNorm(limit: number): Transform {
  expectIn("(0, Infinity]", "clipLeafNorm", { limit });
  return stateless("clipLeafNorm", (grads) => mapTree((g) => shortened(g, lengthOf(g), limit), grads));
}

/** x scaled to a length where its own exceeds that, and x to the bit elsewhere. */
export function shortened(x: Value, length: Value, limit: Value | number): Value {
  const exceeds = greater(length, limit);
  return mul(x, where(exceeds, div(limit, where(exceeds, length, 1)), 1));
}
