import { add, bernoulli, fork, leaves, mul, UnrollError, where, type Value } from "@unroll/core";
import type { Cell } from "../spec/cell.ts";
import { withNewStates } from "./new-states.ts";
import { perFloat, type PerLeaf } from "./per-leaf.ts";

/**
 * A cell some of whose units keep their old state for a step, each with the probability `rates`.
 *
 *     [s~, y] = step(s, x)
 *     s'      = d s + (1 - d) s~         with a key, d being 1 with the probability r and else 0
 *     s'      = r s + (1 - r) s~         without one: the mean of that
 *
 * A rate stands for every float below its place in the tree of the state: `0.1`, or `{ h: 0.05, c: 0.5 }`,
 * which is the paper's for an LSTM, or `[{ h: 0.1 }, undefined]` for the lower of two layers. States that the
 * step hands on as they were are left alone. An output that is a new state, as that of an LSTM, is s'; within
 * the step, h is made of c~ and not of c', as in the paper. So is what lies above in a stack: wrap the layers
 * of a stack rather than the stack.
 *
 * Parameters, states and shapes are those of the cell.
 * Throws: UnrollError for a rate outside of [0, 1]; TreeError for a rate of a state that there is not;
 * DTypeError for that of an integer.
 * Source: Krueger et al., Zoneout: Regularizing RNNs by Randomly Preserving Hidden Activations, 2016,
 * section 3.
 *
 *     const rnn = zoneout(lstm(64, 128), { h: 0.05, c: 0.5 });
 */
export function zoneout<P, S, X, Y>(
  cell: Cell<P, S, X, Y>,
  rates: PerLeaf<NoInfer<S>, number>,
): Cell<P, S, X, Y> {
  const zoned = perFloat<number>("zoneout", cell.state, rates);
  for (const { path, choice } of zoned) {
    if (choice >= 0 && choice <= 1) continue;
    throw new UnrollError(
      `zoneout: the rate of ${path || "the state"} is ${choice}.`,
      "Rates are in [0, 1].",
    );
  }
  const rateOf = new Map(zoned.map(({ path, choice }) => [path, choice]));
  if ([...rateOf.values()].every((rate) => rate === 0)) return cell;
  return {
    ...cell,
    step(params, before, x, key) {
      const [own, ...keys]: readonly Value[] = key ? fork(key, zoned.length + 1) : [];
      const old = new Map(leaves(before).map(({ path, leaf }) => [path, leaf]));
      const keyOf = new Map(zoned.map(({ path }, i) => [path, keys[i]]));
      return withNewStates(cell.step(params, before, x, own), (path, next) => {
        const [was, rate] = [old.get(path), rateOf.get(path)];
        return was && rate && was !== next ? mixed(rate, was, next, keyOf.get(path)) : next;
      });
    },
  };
}

const mixed = (rate: number, old: Value, next: Value, key: Value | undefined): Value =>
  key ? where(bernoulli(key, rate, next.shape), old, next) : add(mul(rate, old), mul(1 - rate, next));
