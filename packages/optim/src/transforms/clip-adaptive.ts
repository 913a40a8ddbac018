import { mapTree, maximum, mul, type Value } from "@unroll/core";
import { expectIn, expectParts } from "../expect.ts";
import { lengthOf } from "../norm.ts";
import type { Transform } from "../transform.ts";
import { shortened } from "./clip-leaf-norm.ts";

/** What makes adaptive clipping. */
export interface ClipAdaptiveOptions {
  /** The largest norm of a gradient, as a share of that of its weights. Default: 0.01. */
  readonly limit?: number;
  /** The least norm that weights are taken to have, so that those of zeros can leave it. Default: 1e-3. */
  readonly epsilon?: number;
}

/**
 * Adaptive clipping: the gradient of every unit is at most as long as a share of the unit's weights.
 *
 * A unit is what lies along the last axis at one place of it, so a column of the weights of `matmul(x, w)`; a vector or
 * a number is a single unit.
 *
 * Throws: UnrollError.
 * Source: Brock, De, Smith and Simonyan, High-Performance Large-Scale Image Recognition Without Normalization, 2021,
 * eq. 3.
 */
export function clipAdaptive({ limit = 0.01, epsilon = 1e-3 }: ClipAdaptiveOptions = {}): Transform {
  expectIn("(0, Infinity]", "clipAdaptive", { limit });
  expectIn("(0, Infinity)", "clipAdaptive", { epsilon });
  return {
    init: () => ({}),
    update(grads, memory, params) {
      expectParts("clipAdaptive", memory, []);
      const clipped = (g: Value, x: Value): Value =>
        shortened(g, perUnit(g), mul(limit, maximum(perUnit(x), epsilon)));
      return [mapTree(clipped, grads, params), memory];
    },
  };
}

function perUnit(x: Value): Value {
  const rank = x.shape.length;
  return rank < 2 ? lengthOf(x) : lengthOf(x, { axis: [...x.shape.keys()].slice(0, -1), keepDims: true });
}
