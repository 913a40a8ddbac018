import { add, div, equal, full, mapTree, mod, where, type Value } from "@unroll/core";
import { chooseMemory, updatesIf } from "../choose.ts";
import { expectCount, expectParts, expectSameLeaves } from "../expect.ts";
import { counter, filledLike, type Memory } from "../memory.ts";
import type { Transform } from "../transform.ts";

/**
 * The optimiser's step once in k, from the mean of k gradients; the updates between are zeros. Equal to one step on a
 * batch k times as large, where the loss is a mean.
 *
 * Steps and schedules of the optimiser count its own steps.
 *
 * Throws: UnrollError when k counts nothing; TreeError, ShapeError when memory and gradients do not fit each other.
 *
 *     const optimizer = accumulate(4, chain(clipNorm(5), adam({ learningRate: 2e-3 })));
 */
export function accumulate(k: number, optimizer: Transform): Transform {
  expectCount("accumulate", { k });
  return {
    init: (params) => ({
      step: counter(),
      sum: filledLike("accumulate", params, 0),
      optimizer: optimizer.init(params),
    }),
    update<P>(grads: P, memory: Memory, params: P) {
      expectParts("accumulate", memory, ["step", "sum", "optimizer"]);
      expectSameLeaves("accumulate", ["memory has", memory["sum"]], ["the gradients have", grads]);
      const step = add(memory["step"] as Value, 1);
      const isLast = equal(mod(step, k), 0);
      const total = mapTree((sum, g) => add(sum, g), memory["sum"] as P, grads);
      const old = memory["optimizer"] as Memory;
      const mean = mapTree((sum) => div(sum, k), total);
      const [updates, remembered] = optimizer.update(mean, old, params);
      const sum = mapTree((x) => where(isLast, full(0, x.type), x), total);
      const next = { step, sum: sum as Memory, optimizer: chooseMemory(isLast, remembered, old) };
      return [updatesIf(isLast, updates), next];
    },
  };
}
