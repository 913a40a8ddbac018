import { ShapeError } from "../tensor/error.ts";
import { describeValue, type Value } from "../graph/node.ts";
import type { Tuple } from "../graph/spec.ts";
import { expectValues } from "./expect.ts";

/**
 * The sizes of a value whose rank is known, as a tuple.
 *
 * Throws: ShapeError when the rank is another.
 *
 *     const [T, B] = sizes(ids, 2);
 */
export function sizes<const N extends number>(x: Value, rank: N): Tuple<N, number> {
  expectValues("sizes", x);
  if (x.shape.length !== rank) {
    throw new ShapeError(`sizes: ${describeValue(x)} has rank ${x.shape.length}, not ${rank}.`);
  }
  return x.shape as Tuple<N, number>;
}
