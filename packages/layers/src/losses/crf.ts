import {
  add,
  and,
  argmax,
  broadcastTo,
  concat,
  constant,
  full,
  greater,
  greaterEqual,
  iota,
  less,
  logSumExp,
  max,
  minimum,
  mul,
  not,
  or,
  all,
  pullback,
  reshape,
  scan,
  ShapeError,
  slice,
  squeeze,
  sub,
  sum,
  take,
  takeAlong,
  tensor,
  unsqueeze,
  where,
  type Init,
  type ParamSpec,
  type Value,
  type Values,
} from "@unroll/core";
import { uniform } from "../initializers/initializers.ts";
import type { Layer } from "../spec/cell.ts";
import { param } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";
import type { CrfConstraints } from "./crf-constraints.ts";
import { describe, expectAxes, expectBeside } from "./operands.ts";

/** transitions [K, K] from row to column, start [K], end [K]. */
export interface CrfParams {
  readonly transitions: ParamSpec;
  readonly start: ParamSpec;
  readonly end: ParamSpec;
}

/** How a chain is made. */
export interface CrfOptions {
  /** What may not be has the score -Infinity, whatever the parameters are, and no gradient. */
  readonly allowed?: CrfConstraints;
  /** The first numbers of all scores. Default: uniform on 0.1 around 0. */
  readonly init?: Init;
}

/** The scores of labels at every step, and how many steps there are. */
export interface CrfEmissions {
  /** [T, B, K] */
  readonly emissions: Value;
  /** Numbers of steps, i32 [B]; what stands behind them is padding. One beyond T is T. */
  readonly lengths?: Value | undefined;
}

/** Emissions with the labels that are right. */
export interface CrfBatch extends CrfEmissions {
  /** i32 [T, B], from 0 to K - 1; padding may be anything. */
  readonly labels: Value;
}

/** A linear chain over K labels. As a layer it is the loss. */
export interface Crf extends Layer<CrfParams, CrfBatch, Value> {
  /**
   * Minus the logarithm of the probability of the labels: [B], in nats. Infinity, with zero gradient, for labels
   * that may not be.
   */
  apply(params: Values<CrfParams>, batch: CrfBatch): Value;
  /** The score of the labels: what is added up along their path, [B]. */
  score(params: Values<CrfParams>, batch: CrfBatch): Value;
  /** The logarithm of the sum of the exponentials of the scores of all paths, [B]. */
  logPartition(params: Values<CrfParams>, input: CrfEmissions): Value;
  /** The probability of every label at every step, given the whole sequence: [T, B, K], zeros in padding. */
  marginals(params: Values<CrfParams>, input: CrfEmissions): Value;
  /** The labels of the best path, i32 [T, B] with -1 in padding, and its score, [B]. */
  decode(params: Values<CrfParams>, input: CrfEmissions): { readonly labels: Value; readonly score: Value };
}

/**
 * A linear-chain conditional random field: a score for every label at every step, which a net gives, and one for
 * every pair of neighbours, so that labels are chosen together.
 *
 * A path has the score start[y1] + emissions[1, y1] + transitions[y1, y2] + emissions[2, y2] + ... + end[yT], and
 * the probability exp(score - logPartition). Marginals are the derivative of the log-partition by the emissions.
 * A sequence of length 0 has one path, with the score 0.
 *
 * Shapes: emissions [T, B, K], labels i32 [T, B], lengths i32 [B] -> [B]
 * Units: nats
 * Gradient: demissions = (marginals - oneHot(labels)) dloss
 * Throws: ShapeError, DTypeError when emissions, labels or lengths do not fit.
 * Source: Lafferty, McCallum and Pereira, Conditional Random Fields, 2001, section 3; the best path by Viterbi,
 * Error Bounds for Convolutional Codes, 1967.
 *
 *     const chain = crf(9);
 *     const loss = mean(chain.apply(params.chain, { emissions, labels, lengths }));
 *     const { labels: found } = chain.decode(params.chain, { emissions, lengths });
 */
export function crf(labels: number, options: CrfOptions = {}): Crf {
  checkSizes("crf", { labels });
  const { allowed = {}, init = uniform(0.1) } = options;
  const constrain = constraint(labels, allowed);
  const chain: Crf = {
    params: {
      transitions: param([labels, labels], init),
      start: param([labels], init),
      end: param([labels], init),
    },
    apply(params, batch) {
      const score = chain.score(params, batch);
      const legal = greater(score, -Infinity);
      // Chosen before the subtraction, or -Infinity - -Infinity would be NaN in the derivative too.
      const off = sub(where(legal, chain.logPartition(params, batch), 0), where(legal, score, 0));
      return where(legal, off, Infinity);
    },
    score: (params, batch) => score(constrain(params), checked(batch, labels)),
    logPartition: (params, input) => logPartition(constrain(params), checked(input, labels)),
    marginals(params, input) {
      const z = chain.logPartition(params, input);
      return pullback(z, full(1, z.type), input.emissions);
    },
    decode: (params, input) => viterbi(constrain(params), checked(input, labels)),
  };
  return chain;
}

type Scores = Values<CrfParams>;

/** The scores of what is allowed, and -Infinity for the rest. */
function constraint(K: number, { transition, start, end }: CrfConstraints): (params: Scores) => Scores {
  const labels = Array.from({ length: K }, (_, label) => label);
  const only = (x: Value, may: readonly (boolean | readonly boolean[])[] | undefined): Value =>
    may ? where(constant(tensor(may)), x, -Infinity) : x;
  const pairs = transition && labels.map((from) => labels.map((to) => transition(from, to)));
  const starts = start && labels.map((label) => start(label));
  const ends = end && labels.map((label) => end(label));
  return (params) => ({
    transitions: only(params.transitions, pairs),
    start: only(params.start, starts),
    end: only(params.end, ends),
  });
}

/** The input, with lengths of at most T and zeros as padding. Throws: DTypeError, ShapeError. */
function checked<Input extends CrfEmissions & Partial<CrfBatch>>(input: Input, K: number): Input {
  const { emissions, lengths, labels } = input;
  expectAxes("crf", "emissions", emissions, ["T", "B", "K"]);
  const [T, B, found] = emissions.shape as readonly [number, number, number];
  if (found !== K || T === 0) {
    throw new ShapeError(
      `crf: the emissions ${describe(emissions)} are not [T, B, ${K}], with a step or more.`,
      `They are scores of ${K} labels, with time first.`,
    );
  }
  if (lengths) expectBeside("crf", emissions, "lengths", lengths, { dtype: "i32", shape: [B] });
  if (labels) expectBeside("crf", emissions, "labels", labels, { dtype: "i32", shape: [T, B] });
  if (!lengths) return input;
  const inside = unsqueeze(insideOf(emissions, lengths), 2);
  return { ...input, lengths: minimum(lengths, T), emissions: where(inside, emissions, 0) };
}

/** Which steps there are: [T, B]. */
const insideOf = (emissions: Value, lengths: Value): Value =>
  less(unsqueeze(iota(emissions.shape[0]!), 1), lengths);

const first = (x: Value): Value => squeeze(slice(x, 0, 1), 0);

function score({ transitions, start, end }: Scores, { emissions, labels, lengths }: CrfBatch): Value {
  const [T, B, K] = emissions.shape as readonly [number, number, number];
  const everywhere = full(1, { dtype: "bool", shape: [T, B] });
  const inside = lengths ? insideOf(emissions, lengths) : everywhere;
  const known = and(greaterEqual(labels, 0), less(labels, K));
  const counted = and(inside, known);
  const path = where(counted, labels, -1);
  const emitted = squeeze(takeAlong(emissions, unsqueeze(path, 2)), 2);
  const both = and(slice(counted, 0, -1), slice(counted, 1));
  const pair = add(mul(K, slice(labels, 0, -1)), slice(labels, 1));
  const moved = take(reshape(transitions, [K * K]), where(both, pair, -1));
  const final = lengths ? unsqueeze(sub(lengths, 1), 0) : full(T - 1, { dtype: "i32", shape: [1, B] });
  const last = squeeze(takeAlong(path, final, { axis: 0 }), 0);
  const ends = add(take(start, first(path)), take(end, last));
  const total = add(ends, sum(emitted, { axis: 0 }), sum(moved, { axis: 0 }));
  const legal = all(or(known, not(inside)), { axis: 0 });
  const scored = where(legal, total, -Infinity);
  return lengths ? where(greater(lengths, 0), scored, 0) : scored;
}

function logPartition({ transitions, start, end }: Scores, { emissions, lengths }: CrfEmissions): Value {
  const step = (alpha: Value, { e, inside }: { e: Value; inside: Value | undefined }) => {
    const next = add(logSumExp(add(unsqueeze(alpha, 2), transitions), { axis: 1 }), e);
    return [inside ? where(unsqueeze(inside, 1), next, alpha) : next, undefined] as const;
  };
  const inside = lengths && slice(insideOf(emissions, lengths), 1);
  const [alpha] = scan(step, add(start, first(emissions)), { e: slice(emissions, 1), inside });
  const z = logSumExp(add(alpha, end), { axis: 1 });
  return lengths ? where(greater(lengths, 0), z, 0) : z;
}

/** The best path: forward with a pointer to the best label before each, then back along the pointers. */
function viterbi(
  { transitions, start, end }: Scores,
  { emissions, lengths }: CrfEmissions,
): { readonly labels: Value; readonly score: Value } {
  const [, B, K] = emissions.shape as readonly [number, number, number];
  const inside = lengths && insideOf(emissions, lengths);
  const stay = broadcastTo(iota(K), [B, K]);
  const forward = (best: Value, { e, inside }: { e: Value; inside: Value | undefined }) => {
    const paths = add(unsqueeze(best, 2), transitions);
    const [next, from] = [add(max(paths, { axis: 1 }), e), argmax(paths, { axis: 1 })];
    if (!inside) return [next, from] as const;
    const row = unsqueeze(inside, 1);
    return [where(row, next, best), where(row, from, stay)] as const;
  };
  const [best, pointers] = scan(forward, add(start, first(emissions)), {
    e: slice(emissions, 1),
    inside: inside && slice(inside, 1),
  });
  const finals = add(best, end);
  const last = argmax(finals, { axis: 1 });
  const back = (label: Value, from: Value) => {
    const before = squeeze(takeAlong(from, unsqueeze(label, 1)), 1);
    return [before, before] as const;
  };
  const [, earlier] = scan(back, last, pointers, { reverse: true });
  const path = concat([earlier, unsqueeze(last, 0)], { axis: 0 });
  const total = max(finals, { axis: 1 });
  if (!lengths || !inside) return { labels: path, score: total };
  return { labels: where(inside, path, -1), score: where(greater(lengths, 0), total, 0) };
}
