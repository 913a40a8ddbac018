import {
  add,
  bernoulli,
  concat,
  label,
  matmul,
  mul,
  sigmoid,
  split,
  sub,
  tanh,
  UnrollError,
  where,
  type Init,
  type ParamSpec,
  type StateSpec,
  type Value,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { checkFractions } from "../spec/fraction.ts";
import { uniform, zeros } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";

/** w [window I, nH] and b [nH]: n is 2 (z, f) for f-pooling, 3 (z, f, o) for fo-, 4 (z, f, o, i) for ifo-pooling. */
export interface QrnnParams {
  readonly w: ParamSpec;
  readonly b: ParamSpec;
}

/** c [B, H], and the window - 1 inputs before, [B, I] each, the oldest first. */
export interface QrnnState {
  readonly c: StateSpec;
  readonly past: readonly StateSpec[];
}

/** How a quasi-recurrent cell is made. */
export interface QrnnOptions {
  /** How many inputs, this one included, the gates see. Default: 2. */
  readonly window?: number;
  /** Which gates there are: forget, output and input gate. Default: fo. */
  readonly pooling?: "f" | "fo" | "ifo";
  /** With which probability a forget gate is 1 for a step of training. Default: 0. */
  readonly zoneout?: number;
  /** Of the weights. Default: uniform on 1 / sqrt(window inputs) around 0. */
  readonly init?: Init;
  /** Of the biases. Default: zeros. */
  readonly biasInit?: Init;
}

/**
 * The quasi-recurrent network: gates are a convolution of the inputs in time, and no matrix meets the state.
 *
 *     X  = the last `window` inputs, side by side, zeros before the first
 *     z  = tanh(X w + b)
 *     f, o, i = sigmoid(X w + b)               each with its own columns
 *     c' = f c + (1 - f) z                     i z in place of (1 - f) z for ifo-pooling
 *     h  = o c'                                c' for f-pooling
 *
 * A masked convolution over the whole sequence is the same as a window that moves with the steps, so the inputs before
 * are state and a sequence can be cut anywhere: of a sequence from its start X w is `conv1d(xs, w, { axis: 0, padding:
 * [window - 1, 0] })` with w as [window, I, nH]. The paper writes no biases. Zoneout sets f to 1 with a key; without
 * one it is its mean, zoneout + (1 - zoneout) f. The names z, f, o, i and c can be watched.
 *
 * Shapes: x [B, I], c [B, H], past window - 1 of [B, I] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on; UnrollError for a zoneout outside of [0, 1], and
 * another pooling.
 * Source: Bradbury, Merity, Xiong and Socher, Quasi-Recurrent Neural Networks, 2017, eqs. 1, 3-6.
 */
export function qrnn(inputs: number, hidden: number, options: QrnnOptions = {}): Cell<QrnnParams, QrnnState> {
  const { window = 2, pooling = "fo", zoneout = 0, init = uniform(1 / Math.sqrt(window * inputs)) } = options;
  const { biasInit = zeros } = options;
  checkSizes("qrnn", { inputs, hidden, window });
  checkFractions("qrnn", { zoneout });
  if (!["f", "fo", "ifo"].includes(pooling)) {
    throw new UnrollError(`qrnn: there is no ${String(pooling)}-pooling.`, "Choose f, fo or ifo.");
  }
  const columns = (1 + pooling.length) * hidden;
  return cell({
    params: { w: param([window * inputs, columns], init), b: param([columns], biasInit) },
    state: { c: state(hidden), past: Array.from({ length: window - 1 }, () => state(inputs)) },
    step({ w, b }, { c, past }, x, key) {
      const [zz, ...gates] = split(add(matmul(concat([...past, x]), w), b), 1 + pooling.length);
      const [sf, o, i] = gates.map(sigmoid);
      const f = zoneout === 0 ? sf! : zonedOut(sf!, zoneout, key);
      const { z } = label({ z: tanh(zz!), f, o, i });
      const cNext = add(mul(f, c), mul(i ?? sub(1, f), z));
      return [{ ...label({ c: cNext }), past: [...past, x].slice(1) }, o ? mul(o, cNext) : cNext];
    },
  });
}

const zonedOut = (f: Value, rate: number, key: Value | undefined): Value =>
  key ? where(bernoulli(key, rate, f.shape), 1, f) : add(rate, mul(1 - rate, f));
