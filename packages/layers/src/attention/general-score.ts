import { matmul, type Init, type ParamSpec } from "@unroll/core";
import { uniform } from "../initializers/initializers.ts";
import { param } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";
import { products } from "./dot-score.ts";
import type { Score } from "./score.ts";

/** w [query, key]. */
export interface GeneralScoreParams {
  readonly w: ParamSpec;
}

/**
 * A bilinear match of query and key. `init` is uniform on 1 / sqrt(query) around 0 unless it says otherwise.
 *
 *     score[s] = query w keys[s]
 *
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Luong, Pham and Manning, Effective Approaches to Attention-based Neural Machine Translation, 2015, section
 * 3.1, general.
 */
export function generalScore(
  query: number,
  key: number,
  options: { readonly init?: Init } = {},
): Score<GeneralScoreParams> {
  checkSizes("generalScore", { query, key });
  const { init = uniform(1 / Math.sqrt(query)) } = options;
  return {
    params: { w: param([query, key], init) },
    apply: ({ w }, q, keys) => products(matmul(q, w), keys),
  };
}
