import { add, label, matmul, mul, tanh, type ParamSpec } from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { uniform } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import { lstmBias, lstmGates, type LstmOptions, type LstmState } from "./lstm.ts";
import { checkSizes } from "../spec/size.ts";

/** wmx [I, H] and wmh [H, H] of the factor m; wx [I, 4H], wm [H, 4H] and b [4H]: i, f, o, g side by side. */
export interface MultiplicativeLstmParams {
  readonly wmx: ParamSpec;
  readonly wmh: ParamSpec;
  readonly wx: ParamSpec;
  readonly wm: ParamSpec;
  readonly b: ParamSpec;
}

/**
 * The multiplicative LSTM: every input has recurrent weights of its own, as a product of three matrices.
 *
 *     m       = (x wmx) (h wmh)                elementwise
 *     i, f, o = sigmoid(x wx + m wm + b)
 *     g       = tanh(x wx + m wm + b)          each with its own columns
 *     c'      = f c + i g
 *     h'      = o tanh(c')
 *
 * It is `lstm` with m in the place of h: where x wmx is 1, the recurrent weights are wmh wm. The names m, i, f, o, g, c
 * and h can be watched.
 *
 * Shapes: x [B, I], h and c [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on; UnrollError when the biases are given twice.
 * Source: Krause, Lu, Murray and Renals, Multiplicative LSTM for Sequence Modelling, 2016, the equations of mLSTM.
 */
export function multiplicativeLstm(
  inputs: number,
  hidden: number,
  options: LstmOptions = {},
): Cell<MultiplicativeLstmParams, LstmState> {
  checkSizes("multiplicativeLstm", { inputs, hidden });
  const { init = uniform(1 / Math.sqrt(hidden)), recurrentInit = init } = options;
  return cell({
    params: {
      wmx: param([inputs, hidden], init),
      wmh: param([hidden, hidden], recurrentInit),
      wx: param([inputs, 4 * hidden], init),
      wm: param([hidden, 4 * hidden], recurrentInit),
      b: param([4 * hidden], lstmBias("multiplicativeLstm", options)),
    },
    state: { h: state(hidden), c: state(hidden) },
    step({ wmx, wmh, wx, wm, b }, { h, c }, x) {
      const { m } = label({ m: mul(matmul(x, wmx), matmul(h, wmh)) });
      const { i, f, o, g } = lstmGates(add(matmul(x, wx), matmul(m, wm), b));
      const cNext = add(mul(f, c), mul(i, g));
      const hNext = mul(o, tanh(cNext));
      return [label({ h: hNext, c: cNext }), hNext];
    },
  });
}
