import { fork, leaves, unflatten, type TreeOf, type Value } from "@unroll/core";
import { dropout } from "../feedforward/dropout.ts";
import { checkRate } from "../spec/rate.ts";
import { perLeaf, type PerLeaf } from "./per-leaf.ts";

/**
 * Parameters some of whose weights are 0, each with the probability `rates`; the others are divided by 1 - rate,
 * so that the mean stays. Without a key, the parameters themselves.
 *
 *     W' = m W / (1 - r)        m being 0 with the probability r and else 1
 *
 * Call it before `unroll`: the step then captures one mask for all steps and the whole batch, which is the
 * paper's for the recurrent weights of an LSTM. A rate stands for all weights below its place in the tree.
 *
 * Shapes: those of the parameters.
 * Gradient: dW = m dW' / (1 - r).
 * Throws: UnrollError for a rate outside of [0, 1); TreeError for a rate of a parameter that there is not.
 * Source: Merity, Keskar and Socher, Regularizing and Optimizing LSTM Language Models, 2017, section 2; Wan et
 * al., Regularization of Neural Networks using DropConnect, 2013.
 *
 *     const [last, hs] = unroll(rnn, weightDrop(params.rnn, { wh: 0.5 }, key), carry, xs);
 */
export function weightDrop<T>(
  params: T & TreeOf<T, Value>,
  rates: PerLeaf<NoInfer<T>, number>,
  key?: Value,
): T {
  const chosen = perLeaf<number, Value>("weightDrop", params, rates);
  for (const { path, choice } of chosen) checkRate("weightDrop", path || "the parameter", choice);
  if (key === undefined || chosen.length === 0) return params;
  const keys: readonly Value[] = fork(key, chosen.length);
  const dropped = new Map(
    chosen.map(({ path, leaf, choice }, i) => [path, dropout(leaf, choice, keys[i])] as const),
  );
  return unflatten<T>(
    params,
    leaves(params).map(({ path, leaf }) => dropped.get(path) ?? leaf),
  );
}
