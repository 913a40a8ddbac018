import { add, cast, leaves, mul, sub, unflatten, type Value } from "@unroll/core";
import { expectIn, expectParts, expectSameLeaves } from "../expect.ts";
import { counter } from "../memory.ts";
import { expectChosen, type PathTest } from "../paths.ts";
import { expectRate, rateAt, type Rate } from "../rate.ts";
import type { Transform } from "../transform.ts";

/** What makes weight decay as a penalty. */
export interface WeightDecayOptions {
  /** What the parameters are multiplied by before they are added to the gradients: the penalty is half of it x^2. */
  readonly decay: number;
  /** Which leaves decay, by path. Default: all. */
  readonly where?: PathTest;
}

/**
 * Weight decay as a penalty (L2): decay times each parameter is added to its gradient. It stands before the optimiser,
 * whose moments then see it; this is the weightDecay of Torch7's and PyTorch's methods but AdamW.
 *
 * Throws: UnrollError; TreeError when `where` chooses no leaf, or gradients and parameters differ.
 *
 *     chain(weightDecay({ decay: 1e-4, where: (path) => !path.endsWith("b") }), adam({ learningRate: 1e-3 }));
 */
export function weightDecay({ decay, where = () => true }: WeightDecayOptions): Transform {
  expectIn("[0, Infinity)", "weightDecay", { decay });
  return {
    init(params) {
      expectChosen("weightDecay", params, where);
      return {};
    },
    update(grads, memory, params) {
      expectParts("weightDecay", memory, []);
      return [mapChosen("weightDecay", where, (g, x) => add(g, mul(decay, x)), grads, params), memory];
    },
  };
}

/** What makes decoupled weight decay. */
export interface DecoupledDecayOptions extends WeightDecayOptions {
  /** What the decay is multiplied by: the optimiser's rate, as in PyTorch, or only its schedule, as in the paper. */
  readonly learningRate: Rate;
}

/**
 * Decoupled weight decay: rate decay times each parameter is subtracted from its update. It stands after the optimiser,
 * whose moments do not see it.
 *
 * Throws: UnrollError; TreeError when `where` chooses no leaf, or gradients and parameters differ.
 * Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019, algorithms 1 and 2.
 *
 *     chain(adam({ learningRate }), decoupledDecay({ learningRate, decay: 0.01, where: isMatrix }));
 */
export function decoupledDecay(options: DecoupledDecayOptions): Transform {
  const { decay, learningRate, where = () => true } = options;
  expectIn("[0, Infinity)", "decoupledDecay", { decay });
  expectRate("decoupledDecay", "learningRate", learningRate);
  return {
    init(params) {
      expectChosen("decoupledDecay", params, where);
      return { step: counter() };
    },
    update(updates, memory, params) {
      expectParts("decoupledDecay", memory, ["step"]);
      const made = memory["step"] as Value;
      const decayed = (dx: Value, x: Value): Value => {
        const rate = rateAt("decoupledDecay", learningRate, cast(made, x.type.dtype));
        return sub(dx, mul(mul(decay, x), rate));
      };
      const next = { step: add(made, 1) };
      return [mapChosen("decoupledDecay", where, decayed, updates, params), next];
    },
  };
}

function mapChosen<P>(op: string, where: PathTest, f: (g: Value, x: Value) => Value, grads: P, params: P): P {
  expectSameLeaves(op, ["the gradients have", grads], ["the parameters have", params]);
  const xs = leaves(params);
  return unflatten(
    grads,
    leaves(grads).map(({ path, leaf }, i) => (where(path) ? f(leaf, xs[i]!.leaf) : leaf)),
  );
}
