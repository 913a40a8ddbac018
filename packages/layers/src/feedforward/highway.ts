import {
  add,
  matmul,
  mul,
  relu,
  sigmoid,
  split,
  sub,
  type Init,
  type ParamSpec,
  type Value,
} from "@unroll/core";
import type { Layer } from "../spec/cell.ts";
import { uniform } from "../initializers/initializers.ts";
import { param } from "../spec/param.ts";
import { checkSizes } from "../spec/size.ts";

/** w [size, 2 size], b [2 size]: the candidate and the transform gate side by side. */
export interface HighwayParams {
  readonly w: ParamSpec;
  readonly b: ParamSpec;
}

/** How a highway layer is made. */
export interface HighwayOptions {
  /** Of the candidate. Default: relu. */
  readonly activation?: (x: Value) => Value;
  /** What the bias of the transform gate starts from; that of the candidate starts from 0. Default: -1. */
  readonly gateBias?: number;
  /** The first numbers of w. Default: uniform on 1 / sqrt(size) around 0. */
  readonly init?: Init;
}

/**
 * A highway layer: a gate decides how much of x is transformed, and the rest is carried as it is.
 *
 *     h = activation(x w + b)     candidate
 *     t = sigmoid(x w + b)        transform gate, each with its own columns
 *     y = t h + (1 - t) x
 *
 * Gates start close to shut, so that many layers on top of each other begin as almost nothing.
 *
 * Shapes: [..., size] -> same.
 * Throws: ShapeError for a size that is no whole number from 1 on.
 * Source: Srivastava, Greff and Schmidhuber, Highway Networks, 2015, eq. 3, and section 2.2 for the bias.
 */
export function highway(size: number, options: HighwayOptions = {}): Layer<HighwayParams> {
  checkSizes("highway", { size });
  const { activation = relu, gateBias = -1, init = uniform(1 / Math.sqrt(size)) } = options;
  return {
    params: { w: param([size, 2 * size], init), b: param([2 * size], onGates(gateBias)) },
    apply({ w, b }, x) {
      const [candidate, gate] = split(add(matmul(x, w), b), 2);
      const [h, t] = [activation(candidate), sigmoid(gate)];
      return add(mul(t, h), mul(sub(1, t), x));
    },
  };
}

/** Gates are the second half. */
const onGates =
  (bias: number): Init =>
  ([size = 0]) =>
    Float64Array.from({ length: size }, (_, i) => (2 * i < size ? 0 : bias));
