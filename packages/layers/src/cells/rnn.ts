import {
  add,
  label,
  matmul,
  relu,
  tanh,
  type Init,
  type ParamSpec,
  type StateSpec,
  type Value,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { identity, normal, uniform, zeros } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";

/** wx [I, H], wh [H, H], b [H]. */
export interface RnnParams {
  readonly wx: ParamSpec;
  readonly wh: ParamSpec;
  readonly b: ParamSpec;
}

/** h [B, H]. */
export interface RnnState {
  readonly h: StateSpec;
}

/** How the weights of a recurrent cell are drawn. */
export interface WeightOptions {
  /** Of the weights of the input. Default: uniform on 1 / sqrt(hidden) around 0. */
  readonly init?: Init;
  /** Of the recurrent weights. Default: the same. */
  readonly recurrentInit?: Init;
  /** Of the biases. Default: zeros, and what else the cell says. */
  readonly biasInit?: Init;
}

/** How a simple recurrent cell is made. */
export interface RnnOptions extends WeightOptions {
  /** Default: tanh. */
  readonly activation?: (x: Value) => Value;
}

/**
 * The simple recurrent cell, whose hidden units come back.
 *
 *     h' = tanh(x wx + h wh + b)
 *
 * The name h can be watched. Rectifiers that start from the identity are `irnn`.
 *
 * Shapes: x [B, I], h [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Elman, Finding Structure in Time, 1990, figure 2.
 */
export function rnn(inputs: number, hidden: number, options: RnnOptions = {}): Cell<RnnParams, RnnState> {
  checkSizes("rnn", { inputs, hidden });
  const { activation = tanh, init = uniform(1 / Math.sqrt(hidden)), recurrentInit = init } = options;
  const { biasInit = zeros } = options;
  return cell({
    params: {
      wx: param([inputs, hidden], init),
      wh: param([hidden, hidden], recurrentInit),
      b: param([hidden], biasInit),
    },
    state: { h: state(hidden) },
    step({ wx, wh, b }, { h }, x) {
      const hNext = activation(add(matmul(x, wx), matmul(h, wh), b));
      return [label({ h: hNext }), hNext];
    },
  });
}

/**
 * The IRNN: a simple recurrent cell of rectifiers that starts from the identity, so that it sums what it has seen.
 *
 *     h' = relu(x wx + h wh + b)
 *
 * It is `rnn` with another start: wh from the identity, b from 0, and wx normal with a deviation of 0.001. The name h
 * can be watched.
 *
 * Shapes: x [B, I], h [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Le, Jaitly and Hinton, A Simple Way to Initialize Recurrent Networks of Rectified Linear Units, 2015,
 * sections 3 and 4.
 */
export function irnn(inputs: number, hidden: number, options: WeightOptions = {}): Cell<RnnParams, RnnState> {
  const { init = normal(0.001), recurrentInit = identity() } = options;
  checkSizes("irnn", { inputs, hidden });
  return rnn(inputs, hidden, { ...options, activation: relu, init, recurrentInit });
}
