import {
  add,
  einsum,
  label,
  matmul,
  mul,
  relu,
  standardize,
  type ParamSpec,
  type StateSpec,
  type Value,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { checkFractions } from "../spec/fraction.ts";
import { identity, ones, uniform, zeros } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import type { WeightOptions } from "./rnn.ts";
import { checkSizes } from "../spec/size.ts";

/** wx [I, H], wh [H, H], b [H], the slow weights; gain and bias [H] of the layer norm, if any. */
export interface FastWeightsParams {
  readonly wx: ParamSpec;
  readonly wh: ParamSpec;
  readonly b: ParamSpec;
  readonly norm: { readonly gain: ParamSpec; readonly bias: ParamSpec } | undefined;
}

/** h [B, H], and the fast weights a [B, H, H] of every sequence. */
export interface FastWeightsState {
  readonly h: StateSpec;
  readonly a: StateSpec;
}

/** How a cell with fast weights is made; its `recurrentInit` is 0.05 times the identity by default. */
export interface FastWeightsOptions extends WeightOptions {
  /** Times that a state is attracted by those before it within a step, S of the paper. Default: 1. */
  readonly iterations?: number;
  /** How much of the fast weights stays from step to step, lambda. Default: 0.95. */
  readonly decay?: number;
  /** How much of a state goes into them, eta. Default: 0.5. */
  readonly rate?: number;
  /** Whether states are normalized before their activation. Without it, they may explode. Default: true. */
  readonly layerNorm?: boolean;
  /** Default: relu. */
  readonly activation?: (x: Value) => Value;
}

/**
 * A simple recurrent cell with fast weights: each state is attracted by the recent ones, in proportion to their scalar
 * products with it.
 *
 *     z   = x wx + h wh + b
 *     s   = relu(z)
 *     s'  = relu(LN(z + s a))            and again, `iterations` times; the last s' is h'
 *     a'  = decay a + rate h' (outer product) h'
 *
 * LN is layer normalization with a gain and a bias. a is symmetric and holds H^2 numbers for every sequence. The name h
 * can be watched.
 *
 * Shapes: x [B, I], h [B, H], a [B, H, H] -> h [B, H].
 * Throws: ShapeError for a size or a number of iterations that is no whole number from 1 on; UnrollError for a decay
 * outside of [0, 1].
 * Source: Ba, Hinton, Mnih, Leibo and Ionescu, Using Fast Weights to Attend to the Recent Past, 2016, eqs. 1 and 2, and
 * its section on layer normalized fast weights.
 */
export function fastWeights(
  inputs: number,
  hidden: number,
  options: FastWeightsOptions = {},
): Cell<FastWeightsParams, FastWeightsState> {
  const { iterations = 1, decay = 0.95, rate = 0.5, layerNorm = true, activation = relu } = options;
  const { init = uniform(1 / Math.sqrt(hidden)), recurrentInit = identity(0.05), biasInit = zeros } = options;
  checkSizes("fastWeights", { inputs, hidden, iterations });
  checkFractions("fastWeights", { decay });
  return cell({
    params: {
      wx: param([inputs, hidden], init),
      wh: param([hidden, hidden], recurrentInit),
      b: param([hidden], biasInit),
      norm: layerNorm ? { gain: param([hidden], ones), bias: param([hidden], zeros) } : undefined,
    },
    state: { h: state(hidden), a: state([hidden, hidden]) },
    step({ wx, wh, b, norm }, { h, a }, x) {
      const z = add(matmul(x, wx), matmul(h, wh), b);
      let s = activation(z);
      for (let i = 0; i < iterations; i++) {
        const attracted = add(z, einsum("bi,bij->bj", s, a));
        s = activation(norm ? add(mul(norm.gain, standardize(attracted)), norm.bias) : attracted);
      }
      const outer = einsum("bi,bj->bij", s, s);
      return [{ ...label({ h: s }), a: add(mul(decay, a), mul(rate, outer)) }, s];
    },
  });
}
