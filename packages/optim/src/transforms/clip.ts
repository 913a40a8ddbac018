import { clamp, div, dotTree, greater, mapTree, mul, sqrt, where } from "@unroll/core";
import { expectIn } from "../expect.ts";
import { stateless } from "../stateless.ts";
import type { Transform } from "../transform.ts";

/**
 * Every element brought between -limit and limit, as char-rnn does. This changes the direction of the gradient;
 * `clipNorm` keeps it.
 *
 * Throws: UnrollError when the limit is not above 0.
 */
export function clipValue(limit: number): Transform {
  expectIn("(0, Infinity]", "clipValue", { limit });
  return stateless("clipValue", (grads) => mapTree((g) => clamp(g, -limit, limit), grads));
}

/**
 * All leaves scaled by one number, so that their norm as a single vector is at most `limit`; gradients within the limit
 * stay as they are, to the bit.
 *
 * PyTorch divides by the norm + 1e-6 instead. A norm that overflows scales to 0.
 *
 * Throws: UnrollError when the limit is not above 0; DTypeError when leaves differ in dtype.
 * Source: Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, 2013, algorithm 1.
 */
export function clipNorm(limit: number): Transform {
  expectIn("(0, Infinity]", "clipNorm", { limit });
  return stateless("clipNorm", (grads) => {
    const norm2 = dotTree(grads, grads);
    const exceeds = greater(norm2, limit * limit);
    // The inner choice keeps the derivative of the root away from 0, where it is infinite.
    const scale = where(exceeds, div(limit, sqrt(where(exceeds, norm2, 1))), 1);
    return mapTree((g) => mul(g, scale), grads);
  });
}
