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
import { uniform, zeros } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import type { WeightOptions } from "./rnn.ts";
import { checkSizes } from "../spec/size.ts";

/** wx [I, 2H], wh [H, 2H], b [2H]: forget gate f and candidate n side by side. */
export interface MguParams {
  readonly wx: ParamSpec;
  readonly wh: ParamSpec;
  readonly b: ParamSpec;
}

/** h [B, H]. */
export interface MguState {
  readonly h: StateSpec;
}

/**
 * The minimal gated unit: a GRU whose reset and update gates are one.
 *
 *     f  = sigmoid(x wx + h wh + b)
 *     n  = tanh(x wx + (f h) wh + b)        each with its own columns
 *     h' = (1 - f) h + f n
 *
 * A gate of 0 keeps the state. The names f, n and h can be watched.
 *
 * Shapes: x [B, I], h [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Zhou, Wu, Zhang and Zhou, Minimal Gated Unit for Recurrent Neural Networks, 2016, the equations of MGU.
 */
export function mgu(inputs: number, hidden: number, options: WeightOptions = {}): Cell<MguParams, MguState> {
  checkSizes("mgu", { inputs, hidden });
  const { init = uniform(1 / Math.sqrt(hidden)), recurrentInit = init, biasInit = zeros } = options;
  return cell({
    params: {
      wx: param([inputs, 2 * hidden], init),
      wh: param([hidden, 2 * hidden], recurrentInit),
      b: param([2 * hidden], biasInit),
    },
    state: { h: state(hidden) },
    step({ wx, wh, b }, { h }, x) {
      const [xf, xn] = split(add(matmul(x, wx), b), 2);
      const [whGate, whCandidate] = split(wh, 2);
      const { f } = label({ f: sigmoid(add(xf, matmul(h, whGate))) });
      const { n } = label({ n: tanh(add(xn, matmul(mul(f, h), whCandidate))) });
      const hNext = add(mul(sub(1, f), h), mul(f, n));
      return [label({ h: hNext }), hNext];
    },
  });
}
