import { einsum, mul, type Value } from "@unroll/core";
import type { Score } from "./score.ts";

/**
 * The inner product of query and key, which have the same size.
 *
 *     score[s] = query . keys[s]
 *
 * Source: Luong, Pham and Manning, Effective Approaches to Attention-based Neural Machine Translation, 2015, section
 * 3.1, dot.
 */
export const dotScore = (): Score<object> => ({
  params: {},
  apply: (_, query, keys) => products(query, keys),
});

/**
 * The inner product of query and key by the root of their size D, so that its variance stays that of their entries
 * and the softmax does not run into its flat ends.
 *
 *     score[s] = query . keys[s] / sqrt(D)
 *
 * Source: Vaswani et al., Attention Is All You Need, 2017, eq. 1.
 */
export const scaledDotScore = (): Score<object> => ({
  params: {},
  apply: (_, query, keys) => products(mul(query, 1 / Math.sqrt(query.shape.at(-1)!)), keys),
});

/** The inner products of one query [B, D], or of a sequence of them, with all keys [S, B, D]. */
export const products = (query: Value, keys: Value): Value =>
  einsum(query.shape.length === 3 ? "tbd,sbd->tsb" : "bd,sbd->sb", query, keys);
