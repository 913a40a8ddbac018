import {
  add,
  matmul,
  minimum,
  mul,
  sigmoid,
  squeeze,
  sum,
  unsqueeze,
  type Init,
  type ParamSpec,
  type Value,
  type Values,
} from "@unroll/core";
import { uniform, zeros } from "../initializers/initializers.ts";
import type { Layer } from "../spec/cell.ts";
import { param } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";
import { additiveParams, beside, readOut, type AdditiveScoreParams } from "./additive-score.ts";

/** Those of `additiveScore`, and wc and b [hidden]. */
export interface CoverageScoreParams extends AdditiveScoreParams {
  readonly wc: ParamSpec;
  readonly b: ParamSpec;
}

/** A score that knows how much of each entry was read before: its coverage, the sum of its weights so far. */
export interface CoverageScore {
  readonly params: CoverageScoreParams;
  /** Shapes: query [B, Q], keys [S, B, K], coverage [S, B] -> [S, B]. */
  apply(params: Values<CoverageScoreParams>, query: Value, keys: Value, coverage: Value): Value;
}

/**
 * An additive score that sees the coverage, so that it can leave alone what was read already.
 *
 *     score[s] = v . tanh(query wq + keys[s] wk + coverage[s] wc + b)
 *
 * The coverage is a state of one's own scan: zeros [S, B] at first, and the weights are added at every step.
 *
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: See, Liu and Manning, Get To The Point: Summarization with Pointer-Generator Networks, 2017, eqs. 10 and 11.
 *
 *     const { context, weights } = attend(score.apply(p, h, keys, coverage), values, mask);
 *     const next = add(coverage, weights);
 */
export function coverageScore(
  query: number,
  key: number,
  hidden: number,
  options: { readonly init?: Init } = {},
): CoverageScore {
  checkSizes("coverageScore", { query, key, hidden });
  return {
    params: {
      ...additiveParams(query, key, hidden, options),
      wc: param([hidden], uniform(1 / Math.sqrt(hidden))),
      b: param([hidden], zeros),
    },
    apply({ wq, wk, wc, b, v }, q, keys, coverage) {
      const read = mul(unsqueeze(coverage, -1), wc);
      return readOut(add(beside(matmul(q, wq)), matmul(keys, wk), read, b), v);
    },
  };
}

/**
 * What it costs to read the same again: for every entry the smaller of its weight now and its coverage before. The
 * total of a step is at most 1; it is added to the loss with a factor of its own.
 *
 * Shapes: weights and coverage [..., S, B] -> [..., B].
 * Source: See, Liu and Manning, 2017, eq. 12.
 */
export const coverageLoss = (weights: Value, coverage: Value): Value =>
  sum(minimum(weights, coverage), { axis: -2 });

/** w [key]. */
export interface FertilityParams {
  readonly w: ParamSpec;
}

/**
 * How much of an entry is to be read in all, between 0 and `most`, 2 by default: a word may take several words to
 * translate. Coverage then counts shares of it: `add(coverage, div(weights, fertility))`.
 *
 *     fertility[s] = most sigmoid(keys[s] . w)
 *
 * Shapes: keys [S, B, key] -> [S, B].
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Tu, Lu, Liu, Liu and Li, Modeling Coverage for Neural Machine Translation, 2016, linguistic coverage.
 */
export function fertility(key: number, options: { readonly most?: number } = {}): Layer<FertilityParams> {
  checkSizes("fertility", { key });
  const { most = 2 } = options;
  return {
    params: { w: param([key], uniform(1 / Math.sqrt(key))) },
    apply: ({ w }, keys) => mul(most, sigmoid(squeeze(matmul(keys, unsqueeze(w, 1)), -1))),
  };
}
