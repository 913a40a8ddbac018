import {
  concat,
  einsum,
  fork,
  iota,
  less,
  sizes,
  softmax,
  unsqueeze,
  where,
  type Value,
  type Values,
} from "@unroll/core";
import { checkLengths } from "../sequence/lengths.ts";
import type { Cell, Layer } from "../spec/cell.ts";

/** What a score compares: a query of every sequence with all annotations of that sequence. */
export interface Compared {
  /** [B, H]. */
  readonly query: Value;
  /** [B, S, D]. */
  readonly annotations: Value;
}

/** How a cell attends. */
export interface AttentiveOptions<S, Q> {
  /** What of the state before the step looks for something, [B, H]. */
  readonly query: (state: Values<S>) => Value;
  /** How well each annotation answers, [B, S]. */
  readonly score: Layer<Q, Compared>;
}

/** What an attending cell gives: the cell's output, what it read, and how much of each annotation, [B, S]. */
export interface Attended<Y> {
  readonly y: Y;
  readonly context: Value;
  readonly weights: Value;
}

/** The parameters of the cell and of the score. */
export interface AttentiveParams<P, Q> {
  readonly cell: P;
  readonly score: Q;
}

/** A cell that lacks something to attend to: it has params and state, and `over` makes it whole. */
export interface Attentive<P, S, Q, Y> {
  readonly params: AttentiveParams<P, Q>;
  readonly state: S;
  /** The cell that attends to these annotations [B, S, D], of which each sequence has as many as `lengths` says. */
  over(
    annotations: Value,
    options?: { readonly lengths?: Value | undefined },
  ): Cell<AttentiveParams<P, Q>, S, Value, Attended<Y>>;
}

/**
 * A cell that reads a memory at every step, and is fed what it read beside its input.
 *
 *     e       = score(query(s), annotations)
 *     a       = softmax(e)                            over the annotations that there are
 *     context = a[1] annotations[1] + ... + a[S] annotations[S]
 *     [s', y] = step(s, [x, context])
 *
 * The annotations are values of a graph, such as what an encoder gives, so the cell is made inside of the function
 * that is compiled, by `over`; parameters and states are known outside. The step captures the annotations: what a
 * score makes of them alone is computed once for all steps. States are those of the cell.
 *
 * Shapes: x [B, I], annotations [B, S, D], lengths i32 [B] -> y as the cell gives it, context [B, D],
 * weights [B, S]; the cell takes [B, I + D]. A sequence without annotations reads zeros.
 * Throws: DTypeError, ShapeError for lengths that are not i32 [B]; what its parts throw.
 * Source: Bahdanau, Cho and Bengio, Neural Machine Translation by Jointly Learning to Align and Translate, 2015,
 * eqs. 5 and 6.
 *
 *     const decoder = attentive(gru(64 + 256, 128), { query: (s) => s.h, score });
 *     const model = { encoder, decoder, out };
 *     // in the graph, with hs [S, B, D] as an encoder gives them:
 *     const annotations = transpose(hs, [1, 0, 2]);
 *     const [, { y }] = unroll(decoder.over(annotations, { lengths }), params.decoder, start, xs);
 */
export function attentive<P, S, Q, Y>(
  cell: Cell<P, S, Value, Y>,
  options: AttentiveOptions<NoInfer<S>, Q>,
): Attentive<P, S, Q, Y> {
  const { query, score } = options;
  const params = { cell: cell.params, score: score.params };
  return {
    params,
    state: cell.state,
    over(annotations, { lengths } = {}) {
      if (lengths) checkLengths("attentive", lengths, undefined);
      const step: Cell<AttentiveParams<P, Q>, S, Value, Attended<Y>>["step"] = (params, state, x, key) => {
        const [forScore, forCell] = key ? fork(key, 2) : [];
        const compared = { query: query(state), annotations };
        const weights = weightsOf(score.apply(params.score, compared, forScore), lengths);
        const context = einsum("bs,bsd->bd", weights, annotations);
        const [next, y] = cell.step(params.cell, state, concat([x, context]), forCell);
        return [next, { y, context, weights }];
      };
      return { params, state: cell.state, step };
    },
  };
}

function weightsOf(scores: Value, lengths: Value | undefined): Value {
  if (!lengths) return softmax(scores);
  const [, size] = sizes(scores, 2);
  return softmax(where(less(unsqueeze(iota(size), 0), unsqueeze(lengths, 1)), scores, -Infinity));
}
