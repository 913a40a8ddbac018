import {
  DTypeError,
  flatten,
  formatType,
  tensor,
  Tensor,
  unflatten,
  type Tensors,
  type TensorType,
  type Value,
} from "@unroll/core";

/** What a transform remembers from step to step: a tree of values, whose leaves a checkpoint names by path. */
export interface Memory {
  readonly [name: string]: Memory | Value;
}

/**
 * A tree like the parameters with the same number everywhere.
 *
 * Throws: DTypeError when a leaf of the parameters is no tensor of floats.
 */
export function filledLike(op: string, params: unknown, start: number): Tensors<Memory | Value> {
  return eachLeaf(op, params, ({ type }) => filled(type, start));
}

/**
 * A tree like the parameters with what `make` gives for each of their tensors; undefined leaves one out.
 *
 * Throws: DTypeError when a leaf of the parameters is no tensor of floats.
 */
export function eachLeaf(
  op: string,
  params: unknown,
  make: (leaf: Tensor) => Tensor | undefined,
): Tensors<Memory | Value> {
  const made = flatten(params).map(({ path, leaf }) => make(expectTrainable(op, path || "the root", leaf)));
  return unflatten(params, made) as Tensors<Memory | Value>;
}

/** A tensor with the same number everywhere. */
export function filled(type: TensorType, start: number): Tensor {
  const size = type.shape.reduce((product, n) => product * n, 1);
  return tensor(new Float64Array(size).fill(start), type);
}

/** A number that counts, from 0. */
export const counter = (): Tensor => tensor(0, { dtype: "i32" });

function expectTrainable(op: string, name: string, leaf: unknown): Tensor {
  if (!(leaf instanceof Tensor)) {
    throw new DTypeError(
      `${op}: ${name} is a ${(leaf as { "~leaf": string })["~leaf"]}, not a Tensor.`,
      "Memory is made before the graph: pass the tensors that init(spec, seed) gave.",
    );
  }
  const { dtype } = leaf.type;
  if (dtype === "f32" || dtype === "f64") return leaf;
  throw new DTypeError(`${op}: ${name} is ${formatType(leaf.type)}; only floats are trained.`);
}
