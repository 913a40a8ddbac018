import {
  add,
  label,
  matmul,
  mul,
  sigmoid,
  split,
  sub,
  tanh,
  UnrollError,
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
  /** What the update gate multiplies: the state before, or the candidate. Default: the state. */
  readonly update?: "state" | "candidate";
}

/**
 * A gated recurrent unit, in its published forms.
 *
 *     r, z = sigmoid(x wx + h wh + b)                reset and update gate, each with its own columns
 *     n    = tanh(x wx + (r h) wh + b)               reset "before" the product
 *     n    = tanh(x wx + b + r (h wh + bn))          reset "after" it
 *     h'   = (1 - z) n + z h                         update of the "state": 1 keeps it
 *     h'   = z n + (1 - z) h                         update of the "candidate": 0 keeps the state
 *
 * The forms are not interchangeable: weights of one are none of the other. Reset "before" is the first paper's, and
 * Torch's char-rnn; "after" is cuDNN's, PyTorch's and Keras', whose two biases of r and z are added up in b here. All
 * of these but char-rnn update the state. `{ reset: "before", update: "candidate" }` is char-rnn's, and that of Chung
 * et al.; negated columns of z make one orientation of the other. The names r, z, n and h can be watched.
 *
 * Shapes: x [B, I], h [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on; UnrollError for other forms.
 * Source: Cho et al., Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation,
 * 2014, eqs. 5-8; for the update of the candidate Chung, Gulcehre, Cho and Bengio, Empirical Evaluation of Gated
 * Recurrent Neural Networks on Sequence Modeling, 2014, section 3.2.
 */
export function gru(inputs: number, hidden: number, options: GruOptions = {}): Cell<GruParams, GruState> {
  checkSizes("gru", { inputs, hidden });
  const { reset = "after", update = "state" } = options;
  const { init = uniform(1 / Math.sqrt(hidden)), recurrentInit = init, biasInit = zeros } = options;
  checkForm("reset", reset, ["before", "after"]);
  checkForm("update", update, ["state", "candidate"]);
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
      const hNext =
        update === "state" ? add(mul(sub(1, z), n), mul(z, h)) : add(mul(z, n), mul(sub(1, z), h));
      return [label({ h: hNext }), hNext];
    },
  });
}

function checkForm(option: string, form: string, forms: readonly string[]): void {
  if (forms.includes(form)) return;
  throw new UnrollError(`gru: there is no ${option} ${form}.`, `Choose ${forms.join(" or ")}.`);
}
