import {
  add,
  concat,
  label,
  matmul,
  mul,
  sigmoid,
  split,
  tanh,
  type ParamSpec,
  type Value,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { uniform, zeros } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import { lstmBias, type LstmOptions, type LstmState } from "./lstm.ts";
import { checkSizes } from "../spec/size.ts";

/** wx [I, 4H], wh [P, 4H], b [4H]: i, f, o, g side by side; wr [H, P]. */
export interface ProjectionLstmParams {
  readonly wx: ParamSpec;
  readonly wh: ParamSpec;
  readonly b: ParamSpec;
  readonly wr: ParamSpec;
  /** [H, Q], of the projection that does not come back. */
  readonly wp: ParamSpec | undefined;
  /** [H] each, diagonal weights from the cell to the gates. */
  readonly peep: Readonly<Record<"i" | "f" | "o", ParamSpec>> | undefined;
}

/** How an LSTM with a projection is made. */
export interface ProjectionLstmOptions extends LstmOptions {
  /** Units of the projection that does not come back, Q. Default: 0. */
  readonly nonRecurrent?: number;
  /** Whether gates see the cell. Default: true. */
  readonly peepholes?: boolean;
}

/**
 * The LSTM with a recurrent projection layer, LSTMP: fewer numbers come back than the cell has.
 *
 *     i, f = sigmoid(x wx + h wh + b + peep c)
 *     g    = tanh(x wx + h wh + b)
 *     c'   = f c + i g
 *     o    = sigmoid(x wx + h wh + b + peep c')       each with its own columns and peepholes
 *     m    = o tanh(c')
 *     h'   = m wr                                     r of the paper, P units; the output
 *     p    = m wp                                     Q units more of the output, if any
 *
 * Weights are H P where they were H H. PyTorch's `proj_size` is this without peepholes. The paper's y is a linear map
 * of the output and an activation. The names i, f, o, g, c, m and h can be watched.
 *
 * Shapes: x [B, I], h [B, P], c [B, H] -> [B, P + Q].
 * Throws: ShapeError for a size that is no whole number from 1 on, or from 0 on for Q; UnrollError when the biases are
 * given twice.
 * Source: Sak, Senior and Beaufays, Long Short-Term Memory Based Recurrent Neural Network Architectures for Large
 * Vocabulary Speech Recognition, 2014, eqs. 7-13.
 */
export function projectionLstm(
  inputs: number,
  hidden: number,
  projection: number,
  options: ProjectionLstmOptions = {},
): Cell<ProjectionLstmParams, LstmState> {
  const { nonRecurrent = 0 } = options;
  checkSizes("projectionLstm", {
    inputs,
    hidden,
    projection,
    ...(nonRecurrent === 0 ? {} : { nonRecurrent }),
  });
  return cell({
    params: projectionParams(inputs, hidden, projection, options),
    state: { h: state(projection), c: state(hidden) },
    step({ wx, wh, b, wr, wp, peep }, { h, c }, x) {
      const [zi, zf, zo, zg] = split(add(matmul(x, wx), matmul(h, wh), b), 4);
      const seen = (gate: "i" | "f" | "o", z: Value, of: Value): Value =>
        peep ? add(z, mul(peep[gate], of)) : z;
      const { i, f } = label({ i: sigmoid(seen("i", zi, c)), f: sigmoid(seen("f", zf, c)) });
      const { g } = label({ g: tanh(zg) });
      const cNext = add(mul(f, c), mul(i, g));
      const { o } = label({ o: sigmoid(seen("o", zo, cNext)) });
      const { m } = label({ m: mul(o, tanh(cNext)) });
      const hNext = matmul(m, wr);
      return [label({ h: hNext, c: cNext }), wp ? concat([hNext, matmul(m, wp)]) : hNext];
    },
  });
}

function projectionParams(
  inputs: number,
  hidden: number,
  projection: number,
  options: ProjectionLstmOptions,
): ProjectionLstmParams {
  const { nonRecurrent = 0, peepholes = true, init = uniform(1 / Math.sqrt(hidden)) } = options;
  const { recurrentInit = init } = options;
  const peep = (): ParamSpec => param([hidden], zeros);
  return {
    wx: param([inputs, 4 * hidden], init),
    wh: param([projection, 4 * hidden], recurrentInit),
    b: param([4 * hidden], lstmBias("projectionLstm", options)),
    wr: param([hidden, projection], recurrentInit),
    wp: nonRecurrent === 0 ? undefined : param([hidden, nonRecurrent], init),
    peep: peepholes ? { i: peep(), f: peep(), o: peep() } : undefined,
  };
}
