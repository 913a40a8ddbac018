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

/** wx [I, 2H], and of every micro-step wh [H, 2H] and b [2H]: candidate n, transform gate t; 3H with a carry gate. */
export interface RhnParams {
  readonly wx: ParamSpec;
  readonly micro: readonly { readonly wh: ParamSpec; readonly b: ParamSpec }[];
}

/** h [B, H]. */
export interface RhnState {
  readonly h: StateSpec;
}

/** How a recurrent highway network is made. */
export interface RhnOptions extends WeightOptions {
  /** Micro-steps within a step of time, L of the paper. Default: 2. */
  readonly depth?: number;
  /** Whether the carry gate is one minus the transform gate, as in the paper's experiments. Default: true. */
  readonly coupled?: boolean;
  /** What the bias of the transform gates starts from: below 0, states pass. Default: -2, without `biasInit`. */
  readonly transformBias?: number;
}

/**
 * The recurrent highway network: several highway layers, one after the other, within each step of time.
 *
 *     s  = h
 *     n  = tanh(x wx + s wh + b)               the term in x at the first micro-step alone
 *     t  = sigmoid(x wx + s wh + b)            each with its own columns
 *     k  = 1 - t                               or, not coupled, a gate like t
 *     s' = n t + s k                           and so on, with other wh and b; the last s' is h'
 *
 * With a depth of 1 it is `ugrnn` with the gate the other way round. The names n, t, k and h can be watched; the gates
 * occur once for every micro-step.
 *
 * Shapes: x [B, I], h [B, H] -> h [B, H].
 * Throws: ShapeError for a size or a depth that is no whole number from 1 on; UnrollError when the biases are given
 * twice.
 * Source: Zilly, Srivastava, Koutnik and Schmidhuber, Recurrent Highway Networks, 2017, eqs. 6-9.
 */
export function rhn(inputs: number, hidden: number, options: RhnOptions = {}): Cell<RhnParams, RhnState> {
  const { depth = 2, coupled = true, transformBias, biasInit } = options;
  const { init = uniform(1 / Math.sqrt(hidden)), recurrentInit = init } = options;
  checkSizes("rhn", { inputs, hidden, depth });
  const gates = coupled ? 2 : 3;
  const biases = gateBias("rhn", { transformBias }, biasInit, { gate: 1, count: gates, start: -2 });
  return cell({
    params: {
      wx: param([inputs, gates * hidden], init),
      micro: Array.from({ length: depth }, () => ({
        wh: param([hidden, gates * hidden], recurrentInit),
        b: param([gates * hidden], biases),
      })),
    },
    state: { h: state(hidden) },
    step({ wx, micro }, { h }, x) {
      const hNext = micro.reduce((s, { wh, b }, l) => {
        const own = add(matmul(s, wh), b);
        const [zn, zt, zk] = split(l === 0 ? add(matmul(x, wx), own) : own, gates);
        const { n, t } = label({ n: tanh(zn), t: sigmoid(zt) });
        const { k } = label({ k: zk ? sigmoid(zk) : sub(1, t) });
        return add(mul(n, t), mul(s, k));
      }, h);
      return [label({ h: hNext }), hNext];
    },
  });
}
