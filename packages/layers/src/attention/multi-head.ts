import {
  einsum,
  matmul,
  mul,
  reshape,
  ShapeError,
  unsqueeze,
  type Init,
  type ParamSpec,
  type Value,
} from "@unroll/core";
import { dropout } from "../feedforward/dropout.ts";
import { glorot } from "../initializers/initializers.ts";
import type { Layer } from "../spec/cell.ts";
import { param } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";
import { weigh, type Attention } from "./attend.ts";

/** wq [query, size], wk [key, size], wv [value, size]: the heads side by side; wo [size, outputs]. */
export interface MultiHeadParams {
  readonly wq: ParamSpec;
  readonly wk: ParamSpec;
  readonly wv: ParamSpec;
  readonly wo: ParamSpec;
}

/** How multi-head attention is made. Sizes are those of `size` unless they are given. */
export interface MultiHeadOptions {
  /** Width of the query. */
  readonly query?: number;
  /** Width of the keys. */
  readonly key?: number;
  /** Width of the values. Default: that of the keys. */
  readonly value?: number;
  /** Width of the result. */
  readonly outputs?: number;
  /** The probability that a weight is dropped in training, when a key is given. Default: 0. */
  readonly dropout?: number;
  /** The first numbers of all matrices. Default: glorot(). */
  readonly init?: Init;
}

/** Who asks, and what is read. */
export interface MultiHeadInput {
  /** [B, query], or [T, B, query]. */
  readonly query: Value;
  /** [S, B, key] */
  readonly keys: Value;
  /** [S, B, value]. Default: the keys. */
  readonly values?: Value | undefined;
  /** As for `attend`: [S, B], or [T, S, B] where any axis may be 1. */
  readonly mask?: Value | undefined;
}

/**
 * Several scaled dot products side by side, each on projections of its own: `heads` of them, of size / heads each.
 *
 *     head[i] = attend(scaled dot of query wq[i] and keys wk[i], values wv[i])
 *     context = (head[1], ..., head[h]) wo
 *
 * Every head sees the same mask. The weights have the heads in front: [heads, S, B], or [heads, T, S, B].
 *
 * Shapes: query [B, query], keys [S, B, key], values [S, B, value] -> [B, outputs]; query [T, B, query] ->
 * [T, B, outputs].
 * Throws: ShapeError for a size that is no whole number from 1 on, heads that do not divide it, and shapes that do
 * not fit.
 * Source: Vaswani et al., Attention Is All You Need, 2017, section 3.2.2.
 *
 *     const { context } = attention.apply(p, { query: xs, keys: xs, mask: causalMask(T) }); // self-attention
 */
export function multiHead(
  size: number,
  heads: number,
  options: MultiHeadOptions = {},
): Layer<MultiHeadParams, MultiHeadInput, Attention> {
  const {
    query = size,
    key = size,
    value = key,
    outputs = size,
    dropout: rate = 0,
    init = glorot(),
  } = options;
  checkSizes("multiHead", { size, heads, query, key, value, outputs });
  if (size % heads !== 0) throw new ShapeError(`multiHead: ${heads} heads do not divide a size of ${size}.`);
  const each = size / heads;
  const cut = (x: Value): Value => reshape(x, [...x.shape.slice(0, -1), heads, each]);
  return {
    params: {
      wq: param([query, size], init),
      wk: param([key, size], init),
      wv: param([value, size], init),
      wo: param([size, outputs], init),
    },
    apply({ wq, wk, wv, wo }, { query: asked, keys, values = keys, mask }, random) {
      const isSequence = asked.shape.length === 3;
      const t = isSequence ? "t" : "";
      const q = mul(cut(matmul(asked, wq)), 1 / Math.sqrt(each));
      const scores = einsum(`${t}bhd,sbhd->h${t}sb`, q, cut(matmul(keys, wk)));
      const weights = weigh(scores, mask && unsqueeze(mask, 0));
      const read = einsum(`h${t}sb,sbhd->${t}bhd`, dropout(weights, rate, random), cut(matmul(values, wv)));
      return { context: matmul(reshape(read, [...asked.shape.slice(0, -1), size]), wo), weights };
    },
  };
}
