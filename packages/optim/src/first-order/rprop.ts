import { clamp, greater, less, mul, sign, where } from "@unroll/core";
import { descent } from "../descent.ts";
import { expectIn } from "../expect.ts";
import type { Transform } from "../transform.ts";

/** What makes Rprop. */
export interface RpropOptions {
  /** The size of the first step. Default: 0.1; in PyTorch 0.01. */
  readonly stepSize?: number;
  /** What a step is multiplied by while its gradient keeps its sign. Default: 1.2. */
  readonly growth?: number;
  /** What a step is multiplied by when its gradient turns. Default: 0.5. */
  readonly shrinkage?: number;
  /** The largest step. Default: 50. */
  readonly largest?: number;
  /** The smallest step. Default: 1e-6. */
  readonly smallest?: number;
}

/**
 * Rprop: every element moves against the sign of its gradient, by a step that grows while the sign stays and shrinks
 * when it turns. For gradients of the whole data: noise turns signs.
 *
 * Where the sign turns, the element stays where it is for one step and its next sign is not compared (iRprop-), as in
 * Torch7 and PyTorch; the first paper takes the last step back.
 *
 * Throws: UnrollError.
 * Source: Riedmiller and Braun, A direct adaptive method for faster backpropagation learning: the RPROP algorithm,
 * 1993; Igel and Huesken, Improving the Rprop Learning Algorithm, 2000, section 2.4.
 */
export function rprop(options: RpropOptions = {}): Transform {
  const { stepSize = 0.1, growth = 1.2, shrinkage = 0.5, largest = 50, smallest = 1e-6 } = options;
  expectIn("(0, Infinity)", "rprop", { stepSize, largest, smallest });
  expectIn("[1, Infinity)", "rprop", { growth });
  expectIn("(0, 1]", "rprop", { shrinkage });
  return descent("rprop", {
    learningRate: 1,
    remembers: { gradient: 0, stepSize },
    at: () => (g, old) => {
      const agreement = mul(sign(g), sign(old.gradient));
      const turned = less(agreement, 0);
      const changed = where(greater(agreement, 0), mul(growth, old.stepSize), old.stepSize);
      const size = clamp(where(turned, mul(shrinkage, old.stepSize), changed), smallest, largest);
      const gradient = where(turned, 0, g);
      return [mul(sign(gradient), size), { gradient, stepSize: size }];
    },
  });
}
