import { add, einsum, matmul, tanh, unsqueeze, type Init, type ParamSpec, type Value } from "@unroll/core";
import { glorot, uniform } from "../initializers/initializers.ts";
import { param } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";
import type { Score } from "./score.ts";

/** wq [query, hidden], wk [key, hidden], v [hidden]. */
export interface AdditiveScoreParams {
  readonly wq: ParamSpec;
  readonly wk: ParamSpec;
  readonly v: ParamSpec;
}

/**
 * A match by a small network of one hidden layer. Luong's concat is the same, with wq and wk as one matrix.
 *
 *     score[s] = v . tanh(query wq + keys[s] wk)
 *
 * Its matrices start as `init` says, glorot() by default, and v uniform on 1 / sqrt(hidden) around 0.
 *
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Bahdanau, Cho and Bengio, Neural Machine Translation by Jointly Learning to Align and Translate, 2015,
 * appendix A.1.2.
 */
export function additiveScore(
  query: number,
  key: number,
  hidden: number,
  options: { readonly init?: Init } = {},
): Score<AdditiveScoreParams> {
  checkSizes("additiveScore", { query, key, hidden });
  return {
    params: additiveParams(query, key, hidden, options),
    apply: ({ wq, wk, v }, q, keys) => readOut(add(beside(matmul(q, wq)), matmul(keys, wk)), v),
  };
}

export const additiveParams = (
  query: number,
  key: number,
  hidden: number,
  { init = glorot() }: { readonly init?: Init },
): AdditiveScoreParams => ({
  wq: param([query, hidden], init),
  wk: param([key, hidden], init),
  v: param([hidden], uniform(1 / Math.sqrt(hidden))),
});

/** A query [..., B, A] with an axis for the entries of the memory: [..., 1, B, A]. */
export const beside = (query: Value): Value => unsqueeze(query, -3);

/** v . tanh(z) for z [..., S, B, A]. */
export const readOut = (z: Value, v: Value): Value =>
  einsum(z.shape.length === 4 ? "tsba,a->tsb" : "sba,a->sb", tanh(z), v);
