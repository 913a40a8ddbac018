import { concat, transpose, type Value, type Values } from "@unroll/core";
import { attend } from "../attention/attend.ts";
import { paddingMask } from "../attention/mask.ts";
import type { Score } from "../attention/score.ts";
import { checkLengths } from "../sequence/lengths.ts";
import type { Cell } from "../spec/cell.ts";

/** How a cell attends. */
export interface AttentiveOptions<S, Q> {
  /** What of the state before the step looks for something, [B, H]. */
  readonly query: (state: Values<S>) => Value;
  /** How well each annotation answers. */
  readonly score: Score<Q>;
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
  /** The cell that attends to these annotations [S, B, D], of which each sequence has as many as `lengths` says. */
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
 * Shapes: x [B, I], annotations [S, B, D], lengths i32 [B] -> y as the cell gives it, context [B, D],
 * weights [B, S]; the cell takes [B, I + D]. A sequence without annotations reads zeros.
 * Throws: DTypeError, ShapeError for lengths that are not i32 [B]; what its parts throw.
 * Source: Bahdanau, Cho and Bengio, Neural Machine Translation by Jointly Learning to Align and Translate, 2015,
 * eqs. 5 and 6.
 *
 *     const score = additiveScore(128, 256, 64);
 *     const decoder = attentive(gru(64 + 256, 128), { query: (s) => s.h, score });
 *     const model = { encoder, decoder, out };
 *     // in the graph, with hs [S, B, D] as an encoder gives them:
 *     const [, { y }] = unroll(decoder.over(hs, { lengths }), params.decoder, start, xs);
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
        const mask = lengths && paddingMask(lengths, annotations.shape[0]!);
        const scores = score.apply(params.score, query(state), annotations);
        const { context, weights } = attend(scores, annotations, mask);
        const [next, y] = cell.step(params.cell, state, concat([x, context]), key);
        return [next, { y, context, weights: transpose(weights) }];
      };
      return { params, state: cell.state, step };
    },
  };
}
