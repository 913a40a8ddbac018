import {
  add,
  concat,
  constant,
  equal,
  label,
  matmul,
  mod,
  ShapeError,
  slice,
  tanh,
  tensor,
  UnrollError,
  where,
  type ParamSpec,
  type StateSpec,
  type Value,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { uniform, zeros } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import type { WeightOptions } from "./rnn.ts";
import { checkSizes } from "../spec/size.ts";

/** wx [I, H], b [H]; wh: of every module, from the units of its own and of slower modules to its own. */
export interface ClockworkParams {
  readonly wx: ParamSpec;
  readonly wh: readonly ParamSpec[];
  readonly b: ParamSpec;
}

/** h [B, H], and t i32 [B, 1], the steps that each sequence has made. */
export interface ClockworkState {
  readonly h: StateSpec;
  readonly t: StateSpec;
}

/** How a clockwork network is made. */
export interface ClockworkOptions extends WeightOptions {
  /** Default: tanh. */
  readonly activation?: (x: Value) => Value;
}

/**
 * The clockwork RNN: modules of equal size, of which each changes at every `period`-th step and stands still between.
 *
 *     h'_k = tanh(x wx + [h_k, h_k+1, ...] wh_k + b)    of the module k, when t mod period_k = 0
 *     h'_k = h_k                                        otherwise
 *     t'   = t + 1
 *
 * Periods grow from module to module, and a module hears itself and slower ones: wh_k is [(n - k) H / n, H / n] for the
 * module k of n, from 0 on. That is the paper's block-triangular matrix without its zeros. The first step is t = 0,
 * which moves all. With the one period 1 it is `rnn`. The name h can be watched.
 *
 *     clockwork(65, 256, [1, 2, 4, 8]); // four modules of 64 units
 *
 * Shapes: x [B, I], h [B, H], t i32 [B, 1] -> h [B, H].
 * Throws: ShapeError for a size or a period that is no whole number from 1 on, and for units that do not divide into
 * the modules; UnrollError for periods that do not grow.
 * Source: Koutnik, Greff, Gomez and Schmidhuber, A Clockwork RNN, 2014, eq. 1 and the equations of W_H and W_I in
 * section 3.
 */
export function clockwork(
  inputs: number,
  hidden: number,
  periods: readonly number[],
  options: ClockworkOptions = {},
): Cell<ClockworkParams, ClockworkState> {
  const size = sizeOfModules(inputs, hidden, periods);
  const { activation = tanh, init = uniform(1 / Math.sqrt(hidden)), recurrentInit = init } = options;
  const { biasInit = zeros } = options;
  const clock = periods.flatMap((period) => Array<number>(size).fill(period));
  return cell({
    params: {
      wx: param([inputs, hidden], init),
      wh: periods.map((_, k) => param([hidden - k * size, size], recurrentInit)),
      b: param([hidden], biasInit),
    },
    state: { h: state(hidden), t: state(1, { dtype: "i32" }) },
    step({ wx, wh, b }, { h, t }, x) {
      const heard = concat(wh.map((w, k) => matmul(slice(h, k * size, hidden, { axis: 1 }), w)));
      const moved = activation(add(matmul(x, wx), heard, b));
      const on = equal(mod(t, constant(tensor(clock, { dtype: "i32" }))), 0);
      const hNext = where(on, moved, h);
      return [{ ...label({ h: hNext }), t: add(t, 1) }, hNext];
    },
  });
}

function sizeOfModules(inputs: number, hidden: number, periods: readonly number[]): number {
  const named = Object.fromEntries(periods.map((period, k) => [`periods[${k}]`, period]));
  checkSizes("clockwork", { inputs, hidden, ...named });
  if (periods.length === 0 || hidden % periods.length !== 0) {
    throw new ShapeError(
      `clockwork: ${hidden} units do not divide into ${periods.length} modules.`,
      "Every module has as many units: give periods whose number divides hidden.",
    );
  }
  if (periods.some((period, k) => k > 0 && period <= periods[k - 1]!)) {
    throw new UnrollError(
      `clockwork: the periods ${periods.join(", ")} do not grow.`,
      "The fastest module comes first: 1, 2, 4, 8.",
    );
  }
  return hidden / periods.length;
}
