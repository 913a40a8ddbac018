import {
  add,
  label,
  matmul,
  mul,
  sigmoid,
  type Init,
  type ParamSpec,
  type StateSpec,
  type Value,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { checkFractions } from "../spec/fraction.ts";
import { uniform, zeros } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import type { WeightOptions } from "./rnn.ts";
import { checkSizes } from "../spec/size.ts";

/** wx [I, H], ws [O, H] and b [H] of the hidden units; wy [H, O] and by [O] of the outputs. */
export interface JordanParams {
  readonly wx: ParamSpec;
  readonly ws: ParamSpec;
  readonly b: ParamSpec;
  readonly wy: ParamSpec;
  readonly by: ParamSpec;
}

/** s [B, O]. */
export interface JordanState {
  readonly s: StateSpec;
}

/** How a Jordan network is made. */
export interface JordanOptions extends WeightOptions {
  /** How much of the state units stays from step to step, mu of the report. Default: 0, the last outputs alone. */
  readonly decay?: number;
  /** Of the hidden units. Default: sigmoid. */
  readonly activation?: (x: Value) => Value;
  /** Of the outputs. Default: sigmoid. */
  readonly outputActivation?: (x: Value) => Value;
  /** Of the weights from hidden units to outputs. Default: as `init`. */
  readonly outputInit?: Init;
}

/**
 * The Jordan network: what comes back is the output and not, as in Elman's, the hidden units.
 *
 *     h  = sigmoid(x wx + s ws + b)
 *     y  = sigmoid(h wy + by)
 *     s' = decay s + y
 *
 * With a decay of 0 it is the network of most textbooks; Jordan's own state units keep a trace of all outputs.
 * Its output is y, so the memory can be taught: put targets in the place of s. The names h, y and s can be watched.
 *
 * Shapes: x [B, I], s [B, O] -> y [B, O].
 * Throws: ShapeError for a size that is no whole number from 1 on; UnrollError for a decay outside of [0, 1].
 * Source: Jordan, Serial Order: A Parallel Distributed Processing Approach, Institute for Cognitive Science report
 * 8604, 1986.
 */
export function jordan(
  inputs: number,
  hidden: number,
  outputs: number,
  options: JordanOptions = {},
): Cell<JordanParams, JordanState> {
  const { decay = 0, activation = sigmoid, outputActivation = sigmoid } = options;
  const { init = uniform(1 / Math.sqrt(hidden)), recurrentInit = init, outputInit = init } = options;
  const { biasInit = zeros } = options;
  checkSizes("jordan", { inputs, hidden, outputs });
  checkFractions("jordan", { decay });
  return cell({
    params: {
      wx: param([inputs, hidden], init),
      ws: param([outputs, hidden], recurrentInit),
      b: param([hidden], biasInit),
      wy: param([hidden, outputs], outputInit),
      by: param([outputs], biasInit),
    },
    state: { s: state(outputs) },
    step({ wx, ws, b, wy, by }, { s }, x) {
      const { h } = label({ h: activation(add(matmul(x, wx), matmul(s, ws), b)) });
      const { y } = label({ y: outputActivation(add(matmul(h, wy), by)) });
      return [label({ s: decay === 0 ? y : add(mul(decay, s), y) }), y];
    },
  });
}
