import { add, label, matmul, mul, sigmoid, split, sub, type ParamSpec, type StateSpec } from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { uniform } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import { gateBias } from "./gate-bias.ts";
import type { WeightOptions } from "./rnn.ts";
import { checkSizes } from "../spec/size.ts";

/** wx [I, 3H]: forget gate f, reset gate r and candidate side by side; v and b [2H]: f, r. */
export interface SruParams {
  readonly wx: ParamSpec;
  readonly v: ParamSpec;
  readonly b: ParamSpec;
  /** [I, H], of the input that passes by; left out when it has H features already. */
  readonly wp: ParamSpec | undefined;
}

/** c [B, H]. */
export interface SruState {
  readonly c: StateSpec;
}

/** How a simple recurrent unit is made; `init` is uniform on sqrt(3 / inputs) by default, `recurrentInit` is of v. */
export interface SruOptions extends WeightOptions {
  /** What the bias of the reset gate, which lets the memory out, starts from. Default: 0, without `biasInit`. */
  readonly highwayBias?: number;
  /** What the input that passes by is multiplied by. Default: sqrt(1 + 2 exp(highwayBias)). */
  readonly scale?: number;
}

/**
 * The simple recurrent unit: all products of matrices are of inputs, so they can be made for all steps at once.
 *
 *     f  = sigmoid(x wx + v c + b)
 *     r  = sigmoid(x wx + v c + b)             each with its own columns
 *     c' = f c + (1 - f) (x wx)
 *     h  = r c' + (1 - r) scale x
 *
 * With other sizes of input and output, x wp stands for x in the last line. The scale keeps the variance of deep
 * stacks; 1 gives equation 4 of the paper as it is. This is the unit of 2018: that of the first preprint, 2017, had
 * no v, and tanh(c') in the last line. The names f, r and c can be watched.
 *
 * Shapes: x [B, I], c [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on; UnrollError when the biases are given twice.
 * Source: Lei, Zhang, Wang, Dai and Artzi, Simple Recurrent Units for Highly Parallelizable Recurrence, 2018, eqs.
 * 1-4, and its section on initialization for the scale.
 */
export function sru(inputs: number, hidden: number, options: SruOptions = {}): Cell<SruParams, SruState> {
  checkSizes("sru", { inputs, hidden });
  const { highwayBias, scale = Math.sqrt(1 + 2 * Math.exp(highwayBias ?? 0)) } = options;
  const { init = uniform(Math.sqrt(3 / inputs)), recurrentInit = init, biasInit } = options;
  return cell({
    params: {
      wx: param([inputs, 3 * hidden], init),
      v: param([2 * hidden], recurrentInit),
      b: param([2 * hidden], gateBias("sru", { highwayBias }, biasInit, { gate: 1, count: 2, start: 0 })),
      wp: inputs === hidden ? undefined : param([inputs, hidden], init),
    },
    state: { c: state(hidden) },
    step({ wx, v, b, wp }, { c }, x) {
      const [xf, xr, xc] = split(matmul(x, wx), 3);
      const [vf, vr] = split(v, 2);
      const [bf, br] = split(b, 2);
      const { f, r } = label({ f: sigmoid(add(xf, mul(vf, c), bf)), r: sigmoid(add(xr, mul(vr, c), br)) });
      const cNext = add(mul(f, c), mul(sub(1, f), xc));
      const past = wp ? matmul(x, wp) : x;
      return [label({ c: cNext }), add(mul(r, cNext), mul(sub(1, r), scale, past))];
    },
  });
}
