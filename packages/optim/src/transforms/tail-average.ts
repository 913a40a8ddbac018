import { add, cast, copy, div, greater, mapTree, maximum, mul, sub, type Value } from "@unroll/core";
import { expectParts, expectSameLeaves } from "../expect.ts";
import { counter, eachLeaf, type Memory } from "../memory.ts";
import type { Transform } from "../transform.ts";

/**
 * The mean of the parameters since the host switched it on, in `memory.average`; the last ones before. Updates pass
 * unchanged.
 *
 * It is on when the leaf `memory.on` is not 0, which `withLeaf` sets from outside (and `ntAsgd` says when). It stands
 * last in a chain, as `ema` does.
 *
 * Throws: TreeError, ShapeError when memory, gradients and parameters do not fit each other.
 * Source: Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992.
 *
 *     const optimizer = chain(sgd({ learningRate: 30 }), tailAverage());
 *     trainer.state = withLeaf(trainer.state, "memory.1.on", tensor(1, { dtype: "i32" }));
 */
export function tailAverage(): Transform {
  return {
    init: (params) => ({
      on: counter(),
      count: counter(),
      average: eachLeaf("tailAverage", params, copy),
    }),
    update(updates, memory, params) {
      expectParts("tailAverage", memory, ["on", "count", "average"]);
      expectSameLeaves("tailAverage", ["memory has", memory["average"]], ["the parameters have", params]);
      const on = memory["on"] as Value;
      const isOn = greater(on, 0);
      const count = mul(cast(isOn, "i32"), add(memory["count"] as Value, 1));
      const follow = (old: Value, x: Value, dx: Value): Value => {
        const share = div(1, maximum(cast(count, x.type.dtype), 1));
        return add(old, mul(share, sub(add(x, dx), old)));
      };
      const average = mapTree(follow, memory["average"] as unknown, params, updates) as Memory;
      return [updates, { on, count, average }];
    },
  };
}
