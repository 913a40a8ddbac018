import { ravel, type Tensor } from "@unroll/core";
import type { Objective } from "./objective.ts";

/** A function of a tree of tensors, as methods that see one vector want it. */
export interface OverTree<P> {
  readonly objective: Objective;
  /** The tree as a vector. */
  readonly start: Float64Array;
  /** A vector as a tree. */
  unravel(x: Float64Array): P;
}

/**
 * A compiled loss and gradient of a tree as a function of one vector.
 *
 * Throws: DTypeError when a leaf is no tensor.
 *
 *     const backward = compile((p: P, x: Value) => ({ loss: loss(p, x), grads: gradient(loss(p, x), p) }));
 *     const { objective, start, unravel } = overTree((p) => backward(p, x), params);
 *     const trained = unravel(lbfgs(objective, start).x);
 */
export function overTree<P>(
  backward: (params: P) => { readonly loss: Tensor; readonly grads: unknown },
  params: P,
): OverTree<P> {
  const { vector, unravel } = ravel(params);
  return {
    objective(x) {
      const { loss, grads } = backward(unravel(x));
      return { f: loss.data[0]!, g: ravel(grads).vector };
    },
    start: vector,
    unravel,
  };
}
