import {
  DTypeError,
  flatten,
  formatType,
  tensor,
  Tensor,
  unflatten,
  type Tensors,
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
  const filled = flatten(params).map(({ path, leaf }) => {
    const { type } = expectTrainable(op, path || "the root", leaf);
    const size = type.shape.reduce((product, n) => product * n, 1);
    return tensor(new Float64Array(size).fill(start), type);
  });
  return unflatten(params, filled) as Tensors<Memory | Value>;
}

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
