import {
  add,
  label,
  matmul,
  mul,
  sigmoid,
  split,
  sub,
  tanh,
  type ParamSpec,
  type StateSpec,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { uniform } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import { gateBias } from "./gate-bias.ts";
import type { WeightOptions } from "./rnn.ts";
import { checkSizes } from "../spec/size.ts";

/** wx [I, 2H], wh [H, 2H], b [2H]: update gate g and candidate n side by side. */
export interface UgrnnParams {
  readonly wx: ParamSpec;
  readonly wh: ParamSpec;
  readonly b: ParamSpec;
}

/** h [B, H]. */
export interface UgrnnState {
  readonly h: StateSpec;
}

/** How an update-gate RNN is made. */
export interface UgrnnOptions extends WeightOptions {
  /** What the bias of the gate starts from; that of the candidate starts from 0. Default: 1, without `biasInit`. */
  readonly gateBias?: number;
}

/**
 * The update-gate RNN: a simple recurrent cell with one gate, which mixes the state before with the new one.
 *
 *     g  = sigmoid(x wx + h wh + b)
 *     n  = tanh(x wx + h wh + b)            each with its own columns
 *     h' = g h + (1 - g) n
 *
 * A gate of 1 keeps the state. The candidate hears the state as it is, where a GRU's hears it through a reset gate.
 * The names g, n and h can be watched.
 *
 * Shapes: x [B, I], h [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on; UnrollError when the biases are given twice.
 * Source: Collins, Sohl-Dickstein and Sussillo, Capacity and Trainability in Recurrent Neural Networks, 2017, the
 * equations of the UGRNN.
 */
export function ugrnn(
  inputs: number,
  hidden: number,
  options: UgrnnOptions = {},
): Cell<UgrnnParams, UgrnnState> {
  checkSizes("ugrnn", { inputs, hidden });
  const { init = uniform(1 / Math.sqrt(hidden)), recurrentInit = init, biasInit } = options;
  const biases = gateBias("ugrnn", { gateBias: options.gateBias }, biasInit, { gate: 0, count: 2, start: 1 });
  return cell({
    params: {
      wx: param([inputs, 2 * hidden], init),
      wh: param([hidden, 2 * hidden], recurrentInit),
      b: param([2 * hidden], biases),
    },
    state: { h: state(hidden) },
    step({ wx, wh, b }, { h }, x) {
      const [zg, zn] = split(add(matmul(x, wx), matmul(h, wh), b), 2);
      const { g, n } = label({ g: sigmoid(zg), n: tanh(zn) });
      const hNext = add(mul(g, h), mul(sub(1, g), n));
      return [label({ h: hNext }), hNext];
    },
  });
}
