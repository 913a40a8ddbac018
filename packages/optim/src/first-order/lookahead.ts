import { add, copy, equal, mapTree, mod, mul, sub, where, type Value } from "@unroll/core";
import { expectCount, expectIn, expectParts, expectSameLeaves } from "../expect.ts";
import { counter, eachLeaf, type Memory } from "../memory.ts";
import type { Transform } from "../transform.ts";

/** What makes Lookahead. */
export interface LookaheadOptions {
  /** How many steps of the optimiser lie between two of the slow weights. Default: 5. */
  readonly every?: number;
  /** How much of the way to the fast weights the slow ones go. Default: 0.5. */
  readonly share?: number;
}

/**
 * Lookahead: at every fifth step the weights go half of the way back to where they were at the last one, which is
 * `memory.slow`. The optimiser's memory is kept.
 *
 * Throws: UnrollError; TreeError, ShapeError when memory, gradients and parameters do not fit each other.
 * Source: Zhang, Lucas, Hinton and Ba, Lookahead Optimizer: k steps forward, 1 step back, 2019, algorithm 1.
 *
 *     const optimizer = lookahead(adam({ learningRate: 1e-3 }));
 */
export function lookahead(
  optimizer: Transform,
  { every = 5, share = 0.5 }: LookaheadOptions = {},
): Transform {
  expectCount("lookahead", { every });
  expectIn("[0, 1]", "lookahead", { share });
  return {
    init: (params) => ({
      step: counter(),
      slow: eachLeaf("lookahead", params, copy),
      optimizer: optimizer.init(params),
    }),
    update<P>(grads: P, memory: Memory, params: P) {
      expectParts("lookahead", memory, ["step", "slow", "optimizer"]);
      expectSameLeaves("lookahead", ["memory has", memory["slow"]], ["the parameters have", params]);
      const [updates, inner] = optimizer.update(grads, memory["optimizer"] as Memory, params);
      const step = add(memory["step"] as Value, 1);
      const isLast = equal(mod(step, every), 0);
      const moved = (slow: Value, x: Value, dx: Value): Value => {
        const next = add(slow, mul(share, sub(add(x, dx), slow)));
        return where(isLast, next, slow);
      };
      const slow = mapTree(moved, memory["slow"] as P, params, updates);
      const back = (dx: Value, x: Value, to: Value): Value => where(isLast, sub(to, x), dx);
      const next = { step, slow: slow as unknown as Memory, optimizer: inner };
      return [mapTree(back, updates, params, slow), next];
    },
  };
}
