import { add, full, where, type Value } from "@unroll/core";
import { chooseMemory, updatesIf } from "../choose.ts";
import { expectParts } from "../expect.ts";
import { isFinite } from "../finite.ts";
import { counter, type Memory } from "../memory.ts";
import type { Transform } from "../transform.ts";

/**
 * No step where a gradient, or what the optimiser makes of it, holds a NaN or an infinity: parameters and the
 * optimiser's memory stay as they are.
 *
 * `memory.skipped` counts such steps, and `memory.inARow` the last ones without a good one between, which tells a batch
 * that was bad from a run that is lost. It does not help parameters that are not finite themselves.
 *
 * Throws: TreeError when the memory is another's.
 *
 *     const optimizer = skipNonFinite(chain(clipNorm(5), adam({ learningRate: 2e-3 })));
 */
export function skipNonFinite(optimizer: Transform): Transform {
  return {
    init: (params) => ({ skipped: counter(), inARow: counter(), optimizer: optimizer.init(params) }),
    update(grads, memory, params) {
      expectParts("skipNonFinite", memory, ["skipped", "inARow", "optimizer"]);
      const old = memory["optimizer"] as Memory;
      const [updates, remembered] = optimizer.update(grads, old, params);
      const good = isFinite([grads, updates]);
      const [skipped, inARow] = [memory["skipped"] as Value, memory["inARow"] as Value];
      const next = {
        skipped: where(good, skipped, add(skipped, 1)),
        inARow: where(good, full(0, inARow.type), add(inARow, 1)),
        optimizer: chooseMemory(good, remembered, old),
      };
      return [updatesIf(good, updates), next];
    },
  };
}
