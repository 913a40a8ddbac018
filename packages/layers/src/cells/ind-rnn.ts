import {
  add,
  label,
  matmul,
  mul,
  relu,
  type Init,
  type ParamSpec,
  type StateSpec,
  type Value,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { uniform, zeros } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import type { WeightOptions } from "./rnn.ts";
import { checkSizes } from "../spec/size.ts";

/** wx [I, H], u [H], b [H]. */
export interface IndRnnParams {
  readonly wx: ParamSpec;
  readonly u: ParamSpec;
  readonly b: ParamSpec;
}

/** h [B, H]. */
export interface IndRnnState {
  readonly h: StateSpec;
}

/** How an independently recurrent cell is made; its `recurrentInit` is uniform on [0, 1) by default. */
export interface IndRnnOptions extends WeightOptions {
  /** Default: relu. */
  readonly activation?: (x: Value) => Value;
}

/**
 * The independently recurrent network: each unit hears itself alone, so its memory is one number.
 *
 *     h' = relu(x wx + u h + b)
 *
 * It is `rnn` with a diagonal wh. Units talk to each other through the next layer. Over T steps a gradient changes by
 * u^T, so a |u| of at most g^(1/T) bounds it by g; it starts below 1 here. The name h can be watched.
 *
 * Shapes: x [B, I], h [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Li, Li, Cook, Zhu and Gao, Independently Recurrent Neural Network (IndRNN): Building a Longer and Deeper
 * RNN, 2018, eq. 2.
 */
export function indRnn(
  inputs: number,
  hidden: number,
  options: IndRnnOptions = {},
): Cell<IndRnnParams, IndRnnState> {
  checkSizes("indRnn", { inputs, hidden });
  const { activation = relu, init = uniform(1 / Math.sqrt(hidden)), recurrentInit = fromZeroToOne } = options;
  const { biasInit = zeros } = options;
  return cell({
    params: {
      wx: param([inputs, hidden], init),
      u: param([hidden], recurrentInit),
      b: param([hidden], biasInit),
    },
    state: { h: state(hidden) },
    step({ wx, u, b }, { h }, x) {
      const hNext = activation(add(matmul(x, wx), mul(u, h), b));
      return [label({ h: hNext }), hNext];
    },
  });
}

const fromZeroToOne: Init = ([size], random) => Array.from({ length: size! }, () => random.uniform());
