import {
  add,
  cast,
  fork,
  leaves,
  mul,
  pow,
  randomKey,
  randomNormal,
  unflatten,
  type Value,
} from "@unroll/core";
import { expectIn, expectParts } from "../expect.ts";
import { counter } from "../memory.ts";
import type { Transform } from "../transform.ts";

/** What makes gradient noise. */
export interface GradientNoiseOptions {
  /** A whole number: the same one gives the same noise. */
  readonly seed: number;
  /** The variance at the first step. Default: 0.01; the paper tries 0.01, 0.3 and 1. */
  readonly variance?: number;
  /** The variance falls as step^-decay. Default: 0.55. */
  readonly decay?: number;
}

/**
 * Normal noise added to every gradient, less and less of it.
 *
 * The random key is in the memory, so a resumed run draws what the uninterrupted one would have drawn.
 *
 * Throws: UnrollError; KeyError when the seed is no whole number.
 * Source: Neelakantan et al., Adding Gradient Noise Improves Learning for Very Deep Networks, 2015, eq. 1.
 */
export function gradientNoise({ seed, variance = 0.01, decay = 0.55 }: GradientNoiseOptions): Transform {
  expectIn("[0, Infinity)", "gradientNoise", { variance, decay });
  const key = randomKey(seed);
  return {
    init: () => ({ step: counter(), key }),
    update(grads, memory) {
      expectParts("gradientNoise", memory, ["step", "key"]);
      const step = add(memory["step"] as Value, 1);
      const gs = leaves(grads).map(({ leaf }) => leaf);
      const [next, ...keys] = fork(memory["key"] as Value, gs.length + 1) as readonly [Value, ...Value[]];
      const noisy = gs.map((g, i) => {
        const deviation = mul(Math.sqrt(variance), pow(cast(step, g.type.dtype), -decay / 2));
        return add(g, mul(deviation, randomNormal(keys[i]!, g.type)));
      });
      return [unflatten(grads, noisy), { step, key: next }];
    },
  };
}
