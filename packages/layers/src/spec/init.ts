import {
  DTypeError,
  formatType,
  fromArray,
  hostRandom,
  ShapeError,
  unflatten,
  type ParamSpec,
  type Tensor,
  type Tensors,
} from "@unroll/core";
import { named, paramSpecs } from "./specs.ts";

/** What `init` may be told. */
export interface InitOptions {
  /** Default: f32. Gradients are checked in f64. */
  readonly dtype?: "f32" | "f64";
}

/**
 * Tensors for a tree of parameters' specs.
 *
 * Every leaf is drawn from the seed and its own path, so another parameter beside it changes nothing, and
 * neither does the order of keys.
 *
 * Throws: TreeError when a leaf is no parameter's spec; ShapeError when an initialiser makes too few or too
 * many numbers; KeyError when the seed is no whole number of at most 53 bits.
 *
 *     const params = init(paramsOf({ rnn, decode }), 1);
 *     params.rnn.wx.shape; // [64, 512]
 */
export function init<P>(spec: P, seed: number, options: InitOptions = {}): Tensors<P> {
  const { dtype = "f32" } = options;
  checkFloat("init", dtype);
  const tensors = paramSpecs("init", spec).map(({ path, leaf }) => drawn(path, leaf, seed, dtype));
  return unflatten<unknown>(spec, tensors) as Tensors<P>;
}

function drawn(path: string, { shape, init }: ParamSpec, seed: number, dtype: "f32" | "f64"): Tensor {
  const type = { dtype, shape };
  const numbers = init(shape, hostRandom(seed, path));
  const wanted = shape.reduce((product, size) => product * size, 1);
  if (numbers.length !== wanted) {
    throw new ShapeError(
      `init: ${named(path)} ${formatType(type)}: its initialiser made ${numbers.length} numbers.`,
    );
  }
  return fromArray(type, dtype === "f64" ? Float64Array.from(numbers) : Float32Array.from(numbers));
}

/** Programs in JavaScript aren't told by a compiler. */
export function checkFloat(caller: string, dtype: unknown): void {
  if (dtype === "f32" || dtype === "f64") return;
  throw new DTypeError(
    `${caller}: the dtype is ${String(dtype)}.`,
    'Pass { dtype: "f32" } or { dtype: "f64" }.',
  );
}
