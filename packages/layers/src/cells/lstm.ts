import {
  add,
  label,
  matmul,
  mul,
  sigmoid,
  split,
  tanh,
  type Init,
  type ParamSpec,
  type StateSpec,
  type Value,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { uniform } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import { gateBias } from "./gate-bias.ts";
import type { WeightOptions } from "./rnn.ts";
import { checkSizes } from "../spec/size.ts";

/** wx [I, 4H], wh [H, 4H], b [4H]: the gates i, f, o and the candidate g side by side. */
export interface LstmParams {
  readonly wx: ParamSpec;
  readonly wh: ParamSpec;
  readonly b: ParamSpec;
}

/** h and c [B, H]. */
export interface LstmState {
  readonly h: StateSpec;
  readonly c: StateSpec;
}

/** How an LSTM is made. */
export interface LstmOptions extends WeightOptions {
  /** What the bias of the forget gates starts from; the others start from 0. Default: 1, without `biasInit`. */
  readonly forgetBias?: number;
}

/**
 * A long short-term memory cell without peepholes.
 *
 *     i, f, o = sigmoid(x wx + h wh + b)    input, forget and output gate
 *     g       = tanh(x wx + h wh + b)       candidate, each with its own columns
 *     c'      = f c + i g
 *     h'      = o tanh(c')
 *
 * Forget gates start open, at a bias of 1: what the cell holds, and its gradient, then fade slowly from the
 * beginning. Chrono initialization, `{ biasInit: chrono(T) }`, spreads them over time scales up to T instead:
 * b_f = log U[1, T - 1], b_i = -b_f. The names i, f, o, g, c and h can be watched. `lstmVariant` has peepholes, and
 * more gates or fewer.
 *
 * Shapes: x [B, I], h and c [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on; UnrollError when the biases are given twice.
 * Source: Graves, Generating Sequences With Recurrent Neural Networks, 2013, eqs. 7-11 without the terms in
 * c; for the bias Jozefowicz, Zaremba and Sutskever, An Empirical Exploration of Recurrent Network
 * Architectures, 2015; for chrono initialization Tallec and Ollivier, Can Recurrent Neural Networks Warp Time?,
 * 2018, eq. 16.
 */
export function lstm(inputs: number, hidden: number, options: LstmOptions = {}): Cell<LstmParams, LstmState> {
  checkSizes("lstm", { inputs, hidden });
  const { init = uniform(1 / Math.sqrt(hidden)), recurrentInit = init } = options;
  return cell({
    params: {
      wx: param([inputs, 4 * hidden], init),
      wh: param([hidden, 4 * hidden], recurrentInit),
      b: param([4 * hidden], lstmBias("lstm", options)),
    },
    state: { h: state(hidden), c: state(hidden) },
    step({ wx, wh, b }, { h, c }, x) {
      const { i, f, o, g } = lstmGates(add(matmul(x, wx), matmul(h, wh), b));
      const cNext = add(mul(f, c), mul(i, g));
      const hNext = mul(o, tanh(cNext));
      return [label({ h: hNext, c: cNext }), hNext];
    },
  });
}

/** The gates i, f, o and the candidate g of pre-activations side by side, under their names. */
export function lstmGates(z: Value): Readonly<Record<"i" | "f" | "o" | "g", Value>> {
  const [zi, zf, zo, zg] = split(z, 4);
  return label({ i: sigmoid(zi), f: sigmoid(zf), o: sigmoid(zo), g: tanh(zg) });
}

/** How the biases of i, f, o and g start. */
export const lstmBias = (maker: string, { forgetBias, biasInit }: LstmOptions): Init =>
  gateBias(maker, { forgetBias }, biasInit, { gate: 1, count: 4, start: 1 });
