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

/** wx [I, 3H], wh [H, 3H], b [3H]: reset gate r, update gate z and candidate n side by side. */
export interface GruParams {
  readonly wx: ParamSpec;
  readonly wh: ParamSpec;
  readonly b: ParamSpec;
  /** [H], added to the candidate's recurrent product where the reset gate follows it. */
  readonly bn: ParamSpec | undefined;
}

/** h [B, H]. */
export interface GruState {
  readonly h: StateSpec;
}

/** How a GRU is made. */
export interface GruOptions extends WeightOptions {
  /** Whether the reset gate acts on the state before the recurrent product, or after it. Default: after. */
  readonly reset?: "before" | "after";
}

/**
 * A gated recurrent unit, in either of its published forms.
 *
 *     r, z = sigmoid(x wx + h wh + b)                reset and update gate, each with its own columns
 *     n    = tanh(x wx + (r h) wh + b)               reset "before" the product
 *     n    = tanh(x wx + b + r (h wh + bn))          reset "after" it
 *     h'   = (1 - z) n + z h
 *
 * The forms are not interchangeable: weights of one are none of the other. "before" is the first paper's,
 * and Torch's char-rnn; "after" is cuDNN's, PyTorch's and Keras', whose two biases of r and z are added up
 * in b here. An update gate of 1 keeps the state. Where it takes the candidate instead, as in char-rnn,
 * negate the columns of z. The names r, z, n and h can be watched.
 *
 * Shapes: x [B, I], h [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Cho et al., Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine
 * Translation, 2014, eqs. 5-8.
 */
export function gru(inputs: number, hidden: number, options: GruOptions = {}): Cell<GruParams, GruState> {
  checkSizes("gru", { inputs, hidden });
  const { reset = "after", init = uniform(1 / Math.sqrt(hidden)), recurrentInit = init } = options;
  const { biasInit = zeros } = options;
  return cell({
    params: {
      wx: param([inputs, 3 * hidden], init),
      wh: param([hidden, 3 * hidden], recurrentInit),
      b: param([3 * hidden], biasInit),
      bn: reset === "after" ? param([hidden], zeros) : undefined,
    },
    state: { h: state(hidden) },
    step({ wx, wh, b, bn }, { h }, x) {
      const [xr, xz, xn] = split(add(matmul(x, wx), b), 3);
      const [whGates, whCandidate] = split(wh, [2 * hidden, hidden]);
      const [hr, hz] = split(matmul(h, whGates), 2);
      const { r, z } = label({ r: sigmoid(add(xr, hr)), z: sigmoid(add(xz, hz)) });
      const hn = bn ? mul(r, add(matmul(h, whCandidate), bn)) : matmul(mul(r, h), whCandidate);
      const { n } = label({ n: tanh(add(xn, hn)) });
      const hNext = add(mul(sub(1, z), n), mul(z, h));
      return [label({ h: hNext }), hNext];
    },
  });
}
