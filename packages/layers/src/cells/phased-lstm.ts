import {
  add,
  div,
  label,
  less,
  matmul,
  mod,
  mul,
  sub,
  tanh,
  where,
  type Init,
  type ParamSpec,
  type Value,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { checkFractions } from "../spec/fraction.ts";
import { filled, uniform } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import { lstmBias, lstmGates, type LstmOptions, type LstmParams, type LstmState } from "./lstm.ts";
import { checkSizes } from "../spec/size.ts";

/** As `lstm`; and [H] each, of the time gate: its period, where in time it opens, and for which share of the period. */
export interface PhasedLstmParams extends LstmParams {
  readonly period: ParamSpec;
  readonly shift: ParamSpec;
  readonly open: ParamSpec;
}

/** x [B, I], and the time t [B, 1] of each input, in the unit of the periods. */
export interface PhasedInput {
  readonly x: Value;
  readonly t: Value;
}

/** How a phased LSTM is made. */
export interface PhasedLstmOptions extends LstmOptions {
  /** What a closed gate still lets through, so that gradients find it. Default: 0.001. */
  readonly leak?: number;
  /** Of the periods. Default: exp of uniform numbers from 0 to 3. */
  readonly periodInit?: Init;
  /** Of the times at which gates open. Default: uniform on 10 around 0. */
  readonly shiftInit?: Init;
  /** Of the shares for which gates are open. Default: 0.05. */
  readonly openInit?: Init;
}

/**
 * The phased LSTM: each unit is open for a share of a period of its own, and stands still otherwise. Inputs bring their
 * times, which need not be regular.
 *
 *     phase = ((t - shift) mod period) / period
 *     k     = 2 phase / open             while phase < open / 2
 *             2 - 2 phase / open         while open / 2 <= phase < open
 *             leak phase                 otherwise
 *     c', h' = k cell + (1 - k) (c, h)   where cell is what `lstm` gives for c and for h
 *
 * As in the paper's equations, h is made of the cell before it is mixed; peepholes, which are optional there, are left
 * out. The paper evaluates with a leak of 0: make a second cell with `{ leak: 0 }` and give it the same parameters. The
 * names i, f, o, g, k, c and h can be watched.
 *
 *     const start = initialState(rnn.state, { batch, dtype: "f32" });
 *     const [last, hs] = unroll(rnn, params, start, { x: xs, t: times }); // times [T, B, 1]
 *
 * Shapes: x [B, I], t [B, 1], h and c [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on; UnrollError for a leak outside of [0, 1], and when
 * the biases are given twice.
 * Source: Neil, Pfeiffer and Liu, Phased LSTM: Accelerating Recurrent Network Training for Long or Event-based
 * Sequences, 2016, eq. 6 and those after it.
 */
export function phasedLstm(
  inputs: number,
  hidden: number,
  options: PhasedLstmOptions = {},
): Cell<PhasedLstmParams, LstmState, PhasedInput> {
  const {
    leak = 0.001,
    periodInit = logUniform(3),
    shiftInit = uniform(10),
    openInit = filled(0.05),
  } = options;
  const { init = uniform(1 / Math.sqrt(hidden)), recurrentInit = init } = options;
  checkSizes("phasedLstm", { inputs, hidden });
  checkFractions("phasedLstm", { leak });
  return cell({
    params: {
      wx: param([inputs, 4 * hidden], init),
      wh: param([hidden, 4 * hidden], recurrentInit),
      b: param([4 * hidden], lstmBias("phasedLstm", options)),
      period: param([hidden], periodInit),
      shift: param([hidden], shiftInit),
      open: param([hidden], openInit),
    },
    state: { h: state(hidden), c: state(hidden) },
    step({ wx, wh, b, period, shift, open }, { h, c }, { x, t }: PhasedInput) {
      const { i, f, o, g } = lstmGates(add(matmul(x, wx), matmul(h, wh), b));
      const cNew = add(mul(f, c), mul(i, g));
      const hNew = mul(o, tanh(cNew));
      const phase = div(mod(sub(t, shift), period), period);
      const rising = div(mul(2, phase), open);
      const inside = where(less(phase, div(open, 2)), rising, sub(2, rising));
      const { k } = label({ k: where(less(phase, open), inside, mul(leak, phase)) });
      const mixed = (fresh: Value, old: Value): Value => add(mul(k, fresh), mul(sub(1, k), old));
      const hNext = mixed(hNew, h);
      return [label({ h: hNext, c: mixed(cNew, c) }), hNext];
    },
  });
}

/** From 1 to exp(limit), with equal shares for equal ratios. */
const logUniform =
  (limit: number): Init =>
  ([size], random) =>
    Array.from({ length: size! }, () => Math.exp(limit * random.uniform()));
