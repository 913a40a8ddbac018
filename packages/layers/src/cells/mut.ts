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
  type Value,
} from "@unroll/core";
import { cell, type Cell } from "../spec/cell.ts";
import { uniform, zeros } from "../initializers/initializers.ts";
import { param, state } from "../spec/param.ts";
import type { WeightOptions } from "./rnn.ts";
import { checkSizes } from "../spec/size.ts";

/** wx, wh and b [3H] with the columns that each cell names; wp [I, H] where I is not H. */
export interface MutParams {
  readonly wx: ParamSpec;
  readonly wh: ParamSpec;
  readonly b: ParamSpec;
  /** [I, H], of the input where it stands without weights; left out when it has H features already. */
  readonly wp: ParamSpec | undefined;
}

/** h [B, H]. */
export interface MutState {
  readonly h: StateSpec;
}

/**
 * MUT1, the first of three units that evolution by mutation found.
 *
 *     z  = sigmoid(x wx + b)                   wx [I, 2H]: z, r
 *     r  = sigmoid(x wx + h wh + b)            wh [H, 2H]: r, n
 *     n  = tanh((r h) wh + tanh(x) + b)        b [3H]: z, r, n
 *     h' = z n + (1 - z) h
 *
 * tanh(x) demands as many inputs as units. Where they differ, x wp stands for x there, as the paper leaves open. An
 * update gate of 0 keeps the state. The names z, r, n and h can be watched.
 *
 * Shapes: x [B, I], h [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Jozefowicz, Zaremba and Sutskever, An Empirical Exploration of Recurrent Network Architectures, 2015, MUT1.
 */
export function mut1(inputs: number, hidden: number, options: WeightOptions = {}): Cell<MutParams, MutState> {
  const specs = mutant("mut1", inputs, hidden, options);
  return cell({
    params: { ...specs.weights(2, 2), wp: specs.projection },
    state: { h: state(hidden) },
    step({ wx, wh, b, wp }, { h }, x) {
      const [xz, xr] = split(matmul(x, wx), 2);
      const [whGate, whCandidate] = split(wh, 2);
      const [bz, br, bn] = split(b, 3);
      const { z } = label({ z: sigmoid(add(xz, bz)) });
      const { r } = label({ r: sigmoid(add(xr, matmul(h, whGate), br)) });
      const { n } = label({ n: tanh(add(matmul(mul(r, h), whCandidate), tanh(projected(x, wp)), bn)) });
      return mixed(z, n, h);
    },
  });
}

/**
 * MUT2, the second of three units that evolution by mutation found.
 *
 *     z  = sigmoid(x wx + h wh + b)            wx [I, 2H]: z, n
 *     r  = sigmoid(x + h wh + b)               wh [H, 3H]: z, r, n
 *     n  = tanh((r h) wh + x wx + b)           b [3H]: z, r, n
 *     h' = z n + (1 - z) h
 *
 * The reset gate hears the input without weights. Where I and H differ, x wp stands for x there, as the paper leaves
 * open. An update gate of 0 keeps the state. The names z, r, n and h can be watched.
 *
 * Shapes: x [B, I], h [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Jozefowicz, Zaremba and Sutskever, An Empirical Exploration of Recurrent Network Architectures, 2015, MUT2.
 */
export function mut2(inputs: number, hidden: number, options: WeightOptions = {}): Cell<MutParams, MutState> {
  const specs = mutant("mut2", inputs, hidden, options);
  return cell({
    params: { ...specs.weights(2, 3), wp: specs.projection },
    state: { h: state(hidden) },
    step({ wx, wh, b, wp }, { h }, x) {
      const [xz, xn] = split(matmul(x, wx), 2);
      const [whGates, whCandidate] = split(wh, [2 * hidden, hidden]);
      const [hz, hr] = split(matmul(h, whGates), 2);
      const [bz, br, bn] = split(b, 3);
      const { z } = label({ z: sigmoid(add(xz, hz, bz)) });
      const { r } = label({ r: sigmoid(add(projected(x, wp), hr, br)) });
      const { n } = label({ n: tanh(add(matmul(mul(r, h), whCandidate), xn, bn)) });
      return mixed(z, n, h);
    },
  });
}

/**
 * MUT3, the third of three units that evolution by mutation found: a GRU whose update gate hears tanh(h).
 *
 *     z  = sigmoid(x wx + tanh(h) wh + b)      wx [I, 3H]: z, r, n
 *     r  = sigmoid(x wx + h wh + b)            wh [H, 3H]: z, r, n
 *     n  = tanh((r h) wh + x wx + b)           b [3H]: z, r, n
 *     h' = z n + (1 - z) h
 *
 * An update gate of 0 keeps the state. The names z, r, n and h can be watched.
 *
 * Shapes: x [B, I], h [B, H] -> h [B, H].
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Jozefowicz, Zaremba and Sutskever, An Empirical Exploration of Recurrent Network Architectures, 2015, MUT3.
 */
export function mut3(
  inputs: number,
  hidden: number,
  options: WeightOptions = {},
): Cell<Omit<MutParams, "wp">, MutState> {
  const specs = mutant("mut3", inputs, hidden, options);
  return cell({
    params: specs.weights(3, 3),
    state: { h: state(hidden) },
    step({ wx, wh, b }, { h }, x) {
      const [xz, xr, xn] = split(add(matmul(x, wx), b), 3);
      const [whUpdate, whReset, whCandidate] = split(wh, 3);
      const { z } = label({ z: sigmoid(add(xz, matmul(tanh(h), whUpdate))) });
      const { r } = label({ r: sigmoid(add(xr, matmul(h, whReset))) });
      const { n } = label({ n: tanh(add(matmul(mul(r, h), whCandidate), xn)) });
      return mixed(z, n, h);
    },
  });
}

/** The specs of a mutant that weighs the input so many times, and the state so many times. */
function mutant(name: string, inputs: number, hidden: number, options: WeightOptions) {
  checkSizes(name, { inputs, hidden });
  const { init = uniform(1 / Math.sqrt(hidden)), recurrentInit = init, biasInit = zeros } = options;
  return {
    weights: (ofInput: number, ofState: number): Omit<MutParams, "wp"> => ({
      wx: param([inputs, ofInput * hidden], init),
      wh: param([hidden, ofState * hidden], recurrentInit),
      b: param([3 * hidden], biasInit),
    }),
    projection: inputs === hidden ? undefined : param([inputs, hidden], init),
  };
}

const projected = (x: Value, wp: Value | undefined): Value => (wp ? matmul(x, wp) : x);

function mixed(z: Value, n: Value, h: Value): [{ readonly h: Value }, Value] {
  const hNext = add(mul(z, n), mul(sub(1, z), h));
  return [label({ h: hNext }), hNext];
}
