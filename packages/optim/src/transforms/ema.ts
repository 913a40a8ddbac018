import { add, cast, copy, div, mapTree, minimum, mul, sub, type Value } from "@unroll/core";
import { expectIn, expectParts, expectSameLeaves } from "../expect.ts";
import { counter, eachLeaf, type Memory } from "../memory.ts";
import type { Transform } from "../transform.ts";

/** What makes a moving average of weights. */
export interface EmaOptions {
  /** How much of the average is kept at each step. In the literature 0.99 to 0.9999. */
  readonly decay: number;
  /**
   * Keep (1 + t) / (10 + t) at most, t being the number of steps before, so that it follows the first steps. Default:
   * false.
   */
  readonly warmUp?: boolean;
}

/**
 * An exponential moving average of the parameters, in `memory.average`, which one evaluates with; updates pass
 * unchanged.
 *
 * It stands last in a chain, since it adds the updates it is given to the parameters. A rate of the host's then belongs
 * into the chain, as a schedule: `adam({ learningRate: () => batch.rate })`, and not into the scale of `applyUpdates`,
 * which comes after.
 *
 * Throws: UnrollError; TreeError, ShapeError when memory, gradients and parameters do not fit each other.
 * Source: Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992, with weights that decay;
 * `warmUp` is that of TensorFlow's ExponentialMovingAverage.
 *
 *     const optimizer = chain(adam({ learningRate: 1e-3 }), ema({ decay: 0.999 }));
 */
export function ema({ decay, warmUp = false }: EmaOptions): Transform {
  expectIn("[0, 1]", "ema", { decay });
  return {
    init: (params) => ({ step: counter(), average: eachLeaf("ema", params, copy) }),
    update(updates, memory, params) {
      expectParts("ema", memory, ["step", "average"]);
      expectSameLeaves("ema", ["memory has", memory["average"]], ["the parameters have", params]);
      const made = memory["step"] as Value;
      const shares = (dtype: Value["type"]["dtype"]): Value => {
        const t = cast(made, dtype);
        return sub(1, minimum(decay, div(add(1, t), add(10, t))));
      };
      const follow = (old: Value, x: Value, dx: Value): Value => {
        const distance = sub(add(x, dx), old);
        return add(old, mul(warmUp ? shares(x.type.dtype) : 1 - decay, distance));
      };
      const average = mapTree(follow, memory["average"] as unknown, params, updates) as Memory;
      return [updates, { step: add(made, 1), average }];
    },
  };
}
