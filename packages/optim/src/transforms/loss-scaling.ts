import {
  add,
  and,
  cast,
  div,
  equal,
  full,
  mapTree,
  maximum,
  minimum,
  mod,
  mul,
  tensor,
  where,
  type Value,
} from "@unroll/core";
import { chooseMemory, updatesIf } from "../choose.ts";
import { expectCount, expectIn, expectParts } from "../expect.ts";
import { isFinite } from "../finite.ts";
import { counter, type Memory } from "../memory.ts";
import type { Transform } from "../transform.ts";

/** What makes loss scaling. */
export interface LossScalingOptions {
  /** The scale to start from. Default: 65536. */
  readonly start?: number;
  /** What the scale is multiplied by after enough good steps. Default: 2. */
  readonly growth?: number;
  /** What it is multiplied by after a bad one. Default: 0.5. */
  readonly shrinkage?: number;
  /** How many good steps are enough. Default: 2000. */
  readonly every?: number;
}

/** An infinite scale would not shrink again. */
const most = 2 ** 100;

/**
 * Gradients of a loss that was multiplied by `memory.scale`, divided by it again; a step whose gradients overflowed is
 * skipped and halves the scale, and many good ones in a row double it. So small gradients do not vanish in a narrow
 * dtype. The defaults are PyTorch's.
 *
 * It is the outermost transform. The loss is scaled with `scaleLoss` before its gradient is taken.
 *
 * Throws: UnrollError; TreeError when the memory is another's.
 * Source: Micikevicius et al., Mixed Precision Training, 2018, section 3.2.
 *
 *     const optimizer = lossScaling(adam({ learningRate: 1e-3 }));
 *     const grads = gradient(scaleLoss(loss, memory), params);
 *     const [updates, next] = optimizer.update(grads, memory, params);
 */
export function lossScaling(optimizer: Transform, options: LossScalingOptions = {}): Transform {
  const { start = 65536, growth = 2, shrinkage = 0.5, every = 2000 } = options;
  expectIn("(0, Infinity)", "lossScaling", { start });
  expectIn("[1, Infinity)", "lossScaling", { growth });
  expectIn("(0, 1]", "lossScaling", { shrinkage });
  expectCount("lossScaling", { every });
  return {
    init: (params) => ({
      scale: tensor(start),
      good: counter(),
      skipped: counter(),
      optimizer: optimizer.init(params),
    }),
    update(grads, memory, params) {
      expectParts("lossScaling", memory, ["scale", "good", "skipped", "optimizer"]);
      const scale = memory["scale"] as Value;
      const old = memory["optimizer"] as Memory;
      const isGood = isFinite(grads);
      const unscaled = mapTree((g) => div(g, cast(scale, g.type.dtype)), grads);
      const [updates, remembered] = optimizer.update(unscaled, old, params);
      const good = where(isGood, add(memory["good"] as Value, 1), full(0, { dtype: "i32", shape: [] }));
      const grows = and(isGood, equal(mod(good, every), 0));
      const skipped = memory["skipped"] as Value;
      // Below 1 there is nothing left to protect from overflowing.
      const smaller = maximum(mul(shrinkage, scale), Math.min(1, start));
      const next = {
        scale: where(isGood, where(grows, minimum(mul(growth, scale), most), scale), smaller),
        good,
        skipped: where(isGood, skipped, add(skipped, 1)),
        optimizer: chooseMemory(isGood, remembered, old),
      };
      return [updatesIf(isGood, updates), next];
    },
  };
}

/**
 * A loss multiplied by the scale in the memory of `lossScaling`.
 *
 * Shapes: loss [] -> [].
 * Throws: TreeError when the memory is another's.
 */
export function scaleLoss(loss: Value, memory: Memory): Value {
  expectParts("scaleLoss", memory, ["scale", "good", "skipped", "optimizer"]);
  return mul(loss, cast(memory["scale"] as Value, loss.type.dtype));
}
