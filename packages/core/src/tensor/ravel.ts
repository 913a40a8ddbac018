import { DTypeError, ShapeError } from "./error.ts";
import { tensor, Tensor } from "./tensor.ts";
import { flatten, named, unflatten } from "./tree.ts";
import { sizeOf } from "./type.ts";

/** A tree of tensors as one vector, and the way back. */
export interface Raveled<T> {
  /** The elements of all leaves, leaf by leaf in the order of their paths. */
  readonly vector: Float64Array<ArrayBuffer>;
  /**
   * The tree that another vector stands for, each leaf in its own dtype.
   *
   * Throws: ShapeError when the vector has another length; DTypeError when a leaf is of integers and a number is none.
   */
  unravel(vector: Float64Array): T;
}

/**
 * A tree of tensors as one vector of numbers, for methods that see a function of a vector. Works on the host.
 *
 * Throws: DTypeError when a leaf is no tensor.
 *
 *     const { vector, unravel } = ravel(params);
 *     const moved = unravel(vector.map((x, i) => x - rate * direction[i]!));
 */
export function ravel<T>(tree: T): Raveled<T> {
  const parts = flatten(tree).map(({ path, leaf }) => {
    if (leaf instanceof Tensor) return leaf;
    throw new DTypeError(
      `ravel: ${named(path, "the root")} is a ${(leaf as { "~leaf": string })["~leaf"]}, not a Tensor.`,
    );
  });
  const starts = [0];
  for (const { shape } of parts) starts.push(starts.at(-1)! + sizeOf(shape));
  const length = starts.at(-1)!;
  const vector = new Float64Array(length);
  parts.forEach(({ data }, i) => vector.set(data, starts[i]));
  const types = parts.map(({ type }) => type);
  return {
    vector,
    unravel(from) {
      if (from.length !== length)
        throw new ShapeError(`ravel: expected ${length} numbers, got ${from.length}.`);
      const leaves = types.map((type, i) => tensor(from.subarray(starts[i], starts[i + 1]), type));
      return unflatten(tree, leaves);
    },
  };
}
