import {
  add,
  detach,
  div,
  full,
  greater,
  label,
  mapTree,
  matmul,
  maximum,
  mean,
  minimum,
  mul,
  rsqrt,
  scatterAdd,
  slice,
  square,
  squeeze,
  sub,
  take,
  tanh,
  unsqueeze,
  where,
  type ParamSpec,
  type StateSpec,
  type Value,
  type Values,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { checkFractions } from "../spec/fraction.ts";
import { filled, ones, uniform, zeros } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import { lstmBias, lstmGates, type LstmOptions } from "./lstm.ts";
import { checkSizes } from "../spec/size.ts";

/** Of what comes from the input and what comes back, 4H numbers each, and of the cell, H. */
type Normalized<T> = Readonly<Record<"x" | "h" | "c", T>>;

/** wx [I, 4H], wh [H, 4H], b [4H]: i, f, o, g side by side. */
export interface BatchNormLstmParams {
  readonly wx: ParamSpec;
  readonly wh: ParamSpec;
  readonly b: ParamSpec;
  /** x and h [4H], c [H]. */
  readonly gain: Normalized<ParamSpec>;
  /** [H], of the normalized cell. */
  readonly bc: ParamSpec;
}

/** h and c [B, H], and t i32 [B], the steps that each sequence has made. */
export interface BatchNormLstmState {
  readonly h: StateSpec;
  readonly c: StateSpec;
  readonly t: StateSpec;
}

/** Mean and variance of each column, [4H] or [H]; with an axis of time in front when of many steps. */
export interface Moments<T = ParamSpec> {
  readonly mean: T;
  readonly variance: T;
}

/** Of everything that is normalized. */
export type BatchStatistics<T = ParamSpec> = Normalized<Moments<T>>;

/** What a batch showed: statistics, and at which step its rows were, t i32 [B]; with time in front when of many. */
export interface ObservedStatistics {
  readonly t: Value;
  readonly statistics: Values<BatchStatistics>;
}

/** An LSTM with batch normalization: the cell for training, and what evaluation needs. */
export interface BatchNormLstm extends Cell<BatchNormLstmParams, BatchNormLstmState> {
  readonly rows: "coupled";
  /** The same cell, which gives the statistics of every step beside its output. */
  readonly observed: Cell<
    BatchNormLstmParams,
    BatchNormLstmState,
    Value,
    { readonly y: Value; readonly seen: ObservedStatistics }
  >;
  /** Specs of running statistics, [steps, 4H] or [steps, H]: state of the training, of which no gradient is asked. */
  readonly statistics: BatchStatistics;
  /**
   * Running statistics after a sequence was observed: at steps that occurred `momentum` of the old ones, and the rest
   * of those seen. No gradient flows into them.
   */
  blend(
    running: Values<BatchStatistics>,
    seen: ObservedStatistics,
    momentum: number,
  ): Values<BatchStatistics>;
  /** The cell for evaluation, which reads running statistics instead of the batch: its rows are independent. */
  readonly evaluation: Cell<
    { readonly weights: BatchNormLstmParams; readonly statistics: BatchStatistics },
    BatchNormLstmState
  >;
}

/** How an LSTM with batch normalization is made. */
export interface BatchNormLstmOptions extends LstmOptions {
  /** For how many steps statistics are kept apart; later steps share those of the last. */
  readonly steps: number;
  /** What gains start from. Default: 0.1, which leaves tanh its gradient. */
  readonly gain?: number;
  /** What is added to variances. Default: 1e-5. */
  readonly epsilon?: number;
}

/**
 * An LSTM with batch normalization of what comes from the input, of what comes back, and of the cell on its way out.
 *
 *     z       = gain.x BN(x wx) + gain.h BN(h wh) + b      BN: each column less its mean, over its deviation
 *     i, f, o = sigmoid(z)
 *     g       = tanh(z)                                    each with its own columns
 *     c'      = f c + i g
 *     h'      = o tanh(gain.c BN(c') + bc)
 *     t'      = t + 1
 *
 * Mean and variance are those of the batch at this very step, so the rows of a batch are coupled, whatever the key. For
 * evaluation they are running statistics, one set for each of the first `steps` steps:
 *
 *     const rnn = batchNormLstm(65, 128, { steps: 50 });
 *     // training, with statistics = init(rnn.statistics, 1) in the trainer's state
 *     const [last, { y: hs, seen }] = unroll(rnn.observed, params, carry, xs);
 *     const next = rnn.blend(statistics, seen, 0.9);
 *     // evaluation
 *     unroll(rnn.evaluation, { weights: params, statistics }, carry, xs);
 *
 * All rows of a batch are to be at the same step, and padding counts in the statistics: use sequences of one length. A
 * batch of one row normalizes everything to 0. The names i, f, o, g, c and h can be watched.
 *
 * Shapes: x [B, I], h and c [B, H], t i32 [B] -> h [B, H].
 * Throws: ShapeError for a size or a number of steps that is no whole number from 1 on; UnrollError for a momentum
 * outside of [0, 1], and when the biases are given twice.
 * Source: Cooijmans, Ballas, Laurent, Gulcehre and Courville, Recurrent Batch Normalization, 2017, eqs. 6-8.
 */
export function batchNormLstm(inputs: number, hidden: number, options: BatchNormLstmOptions): BatchNormLstm {
  const { steps, epsilon = 1e-5 } = options;
  checkSizes("batchNormLstm", { inputs, hidden, steps });
  const specs = {
    params: batchNormParams(inputs, hidden, options),
    state: { h: state(hidden), c: state(hidden), t: state([], { dtype: "i32" }) },
  };
  const statistics = {
    x: running(steps, 4 * hidden),
    h: running(steps, 4 * hidden),
    c: running(steps, hidden),
  };
  const observed: BatchNormLstm["observed"] = cell({
    ...specs,
    rows: "coupled",
    step(p, s, x: Value) {
      const found: { -readonly [K in keyof Normalized<unknown>]?: Moments<Value> } = {};
      const [next, y] = step(p, s, x, epsilon, (name, z) => (found[name] = momentsOf(z)));
      return [next, { y, seen: { t: s.t, statistics: found as Values<BatchStatistics> } }];
    },
  });
  const training = cell({
    ...specs,
    rows: "coupled",
    step: (p, s, x) => step(p, s, x, epsilon, (_, z) => momentsOf(z)),
  });
  const evaluation: BatchNormLstm["evaluation"] = cell({
    params: { weights: specs.params, statistics },
    state: specs.state,
    step(p, s, x) {
      const at = minimum(s.t, steps - 1);
      return step(p.weights, s, x, epsilon, (name) => mapTree((kept) => take(kept, at), p.statistics[name]));
    },
  });
  return { ...training, rows: "coupled", observed, statistics, blend, evaluation };
}

type Params = Values<BatchNormLstmParams>;
type State = Values<BatchNormLstmState>;

/** One step, with mean and variance from wherever they are. */
function step(
  { wx, wh, b, gain, bc }: Params,
  { h, c, t }: State,
  x: Value,
  epsilon: number,
  moments: (name: "x" | "h" | "c", z: Value) => Moments<Value>,
): readonly [State, Value] {
  const normalized = (name: "x" | "h" | "c", z: Value): Value => {
    const { mean, variance } = moments(name, z);
    return mul(gain[name], sub(z, mean), rsqrt(add(variance, epsilon)));
  };
  const z = add(normalized("x", matmul(x, wx)), normalized("h", matmul(h, wh)), b);
  const { i, f, o, g } = lstmGates(z);
  const cNext = add(mul(f, c), mul(i, g));
  const hNext = mul(o, tanh(add(normalized("c", cNext), bc)));
  return [{ ...label({ h: hNext, c: cNext }), t: add(t, 1) }, hNext];
}

function momentsOf(z: Value): Moments<Value> {
  const average = mean(z, { axis: 0 });
  return { mean: average, variance: mean(square(sub(z, average)), { axis: 0 }) };
}

const running = (steps: number, columns: number): Moments => ({
  mean: param([steps, columns], zeros),
  variance: param([steps, columns], ones),
});

function batchNormParams(inputs: number, hidden: number, options: BatchNormLstmOptions): BatchNormLstmParams {
  const { gain = 0.1, init = uniform(1 / Math.sqrt(hidden)), recurrentInit = init } = options;
  const gains = (columns: number): ParamSpec => param([columns], filled(gain));
  return {
    wx: param([inputs, 4 * hidden], init),
    wh: param([hidden, 4 * hidden], recurrentInit),
    b: param([4 * hidden], lstmBias("batchNormLstm", options)),
    gain: { x: gains(4 * hidden), h: gains(4 * hidden), c: gains(hidden) },
    bc: param([hidden], zeros),
  };
}

function blend(
  before: Values<BatchStatistics>,
  { t, statistics }: ObservedStatistics,
  momentum: number,
): Values<BatchStatistics> {
  checkFractions("batchNormLstm.blend", { momentum });
  const steps = before.c.mean.shape[0]!;
  const at = minimum(squeeze(slice(t, 0, 1, { axis: 1 }), 1), steps - 1);
  return mapTree(
    (old, seen) => {
      // Steps beyond the last share its place: what they showed is averaged.
      const total = scatterAdd(detach(seen), at, steps);
      const count = unsqueeze(scatterAdd(full(1, { dtype: old.type.dtype, shape: at.shape }), at, steps), 1);
      const mixed = add(mul(momentum, old), mul(1 - momentum, div(total, maximum(count, 1))));
      return where(greater(count, 0), mixed, old);
    },
    before,
    statistics,
  );
}
