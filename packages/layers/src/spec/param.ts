import {
  DTypeError,
  type DType,
  type Init,
  type ParamSpec,
  type Shape,
  type StateInit,
  type StateSpec,
} from "@unroll/core";
import { checkShape } from "./size.ts";

/**
 * What a parameter is before it has numbers: a shape, and how its first numbers are drawn.
 *
 * Specs are data: their number, shapes and paths are known without running anything. A spec that stands at
 * two places of a tree becomes two tensors; to share one, pass the same value twice.
 *
 * Throws: ShapeError for a size that is no whole number from 1 on.
 *
 *     const spec = { w: param([64, 128], glorot()), b: param([128], zeros) };
 *     const params = init(spec, 1);
 */
export function param(shape: Shape, init: Init): ParamSpec {
  checkShape("param", shape);
  return { "~leaf": "param", shape: [...shape], init };
}

/** How a state starts, and its dtype. */
export interface StateOptions {
  /** The number it starts from, 0 by default, or a function of its whole type that may draw from a key. */
  readonly init?: number | StateInit;
  /** Default: that of the sequence, which `initialState` is told. */
  readonly dtype?: DType;
}

/**
 * What a state is before it has a batch. Its values have the batch axis in front, always.
 *
 * Integer states are clocks and tokens. A state whose `init` draws, and which the step returns as it was,
 * is one mask per sequence: it lives through truncated backpropagation, checkpoints and beam search like
 * any other state.
 *
 * Shapes: without the batch axis: `state(H)` is [B, H], `state([h, w])` is [B, h, w], `state([])` is [B].
 * Throws: ShapeError for a size that is no whole number from 1 on; DTypeError when `init` is no number of
 * the dtype.
 *
 *     const spec = { h: state(128), clock: state(1, { dtype: "i32" }) };
 */
export function state(shape: number | Shape, options: StateOptions = {}): StateSpec {
  const { init = 0, dtype } = options;
  const sizes = typeof shape === "number" ? [shape] : [...shape];
  checkShape("state", sizes);
  if (typeof init === "number" && !holds(dtype, init)) {
    throw new DTypeError(`state: ${init} is no ${dtype}.`, "Choose another init, or another dtype.");
  }
  return { "~leaf": "state", shape: sizes, init, dtype };
}

function holds(dtype: DType | undefined, n: number): boolean {
  if (dtype === "i32") return n === (n | 0);
  return dtype !== "bool" || n === 0 || n === 1;
}
