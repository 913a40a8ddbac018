import { add, label, matmul, mul, standardize, tanh, type ParamSpec } from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { ones, uniform, zeros } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import { lstmBias, lstmGates, type LstmOptions, type LstmState } from "./lstm.ts";
import { checkSizes } from "../spec/size.ts";

/** wx [I, 4H], wh [H, 4H], b [4H]: i, f, o, g side by side. */
export interface LayerNormLstmParams {
  readonly wx: ParamSpec;
  readonly wh: ParamSpec;
  readonly b: ParamSpec;
  /** x and h [4H], c [H]. */
  readonly gain: Readonly<Record<"x" | "h" | "c", ParamSpec>>;
  /** [H], of the normalized cell. */
  readonly bc: ParamSpec;
}

/** How an LSTM with layer normalization is made. */
export interface LayerNormLstmOptions extends LstmOptions {
  /** What is added to variances. Default: 1e-5. */
  readonly epsilon?: number;
}

/**
 * An LSTM with layer normalization of what comes from the input, of what comes back, and of the cell on its way out.
 *
 *     z       = gain.x LN(x wx) + gain.h LN(h wh) + b      LN: mean 0 and variance 1 over all 4H columns of a row
 *     i, f, o = sigmoid(z)
 *     g       = tanh(z)                                    each with its own columns
 *     c'      = f c + i g
 *     h'      = o tanh(gain.c LN(c') + bc)
 *
 * The biases of both norms of z, which the paper writes beside b, are added up in b here. What the cell holds is not
 * normalized, only what is read from it. Other published forms normalize each gate for itself. The names i, f, o, g, c
 * and h can be watched.
 *
 * Shapes: x [B, I], h and c [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on; UnrollError when the biases are given twice.
 * Source: Ba, Kiros and Hinton, Layer Normalization, 2016, eqs. 20-22.
 */
export function layerNormLstm(
  inputs: number,
  hidden: number,
  options: LayerNormLstmOptions = {},
): Cell<LayerNormLstmParams, LstmState> {
  checkSizes("layerNormLstm", { inputs, hidden });
  const { epsilon = 1e-5, init = uniform(1 / Math.sqrt(hidden)), recurrentInit = init } = options;
  return cell({
    params: {
      wx: param([inputs, 4 * hidden], init),
      wh: param([hidden, 4 * hidden], recurrentInit),
      b: param([4 * hidden], lstmBias("layerNormLstm", options)),
      gain: { x: param([4 * hidden], ones), h: param([4 * hidden], ones), c: param([hidden], ones) },
      bc: param([hidden], zeros),
    },
    state: { h: state(hidden), c: state(hidden) },
    step({ wx, wh, b, gain, bc }, { h, c }, x) {
      const fromX = mul(gain.x, standardize(matmul(x, wx), { epsilon }));
      const fromH = mul(gain.h, standardize(matmul(h, wh), { epsilon }));
      const { i, f, o, g } = lstmGates(add(fromX, fromH, b));
      const cNext = add(mul(f, c), mul(i, g));
      const hNext = mul(o, tanh(add(mul(gain.c, standardize(cNext, { epsilon })), bc)));
      return [label({ h: hNext, c: cNext }), hNext];
    },
  });
}
