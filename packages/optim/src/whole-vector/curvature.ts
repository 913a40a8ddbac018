import { detach, dotTree, gradient, jvp, pullback, type TreeOf, type Value } from "@unroll/core";

/**
 * The Hessian of a loss times a vector, in the graph.
 *
 * Shapes: the result and v as params.
 * Throws: as `gradient`; TreeError when v is not a tree like params.
 * Source: Pearlmutter, Fast Exact Multiplication by the Hessian, 1994, by the gradient of an inner product.
 */
export function hessianProduct<P>(loss: Value, params: P & TreeOf<P, Value>, v: NoInfer<P>): P {
  const first = gradient<P>(loss, params, { allowUnused: true });
  return gradient<P>(dotTree<P>(first, detach(v)), params, { allowUnused: true });
}

/**
 * The Gauss-Newton matrix times a vector, in the graph: J^T H J v, where J is the derivative of a model's outputs and H
 * the Hessian of the loss by them. It has no negative curvature where the loss is convex in the outputs.
 *
 * Shapes: the result and v as params; outputs is a tree.
 * Throws: as `gradient`, `jvp` and `pullback`.
 * Source: Schraudolph, Fast Curvature Matrix-Vector Products for Second-Order Gradient Descent, 2002.
 *
 *     const product = compile((p: P, v: P, x: Value) => {
 *       const z = model(p, x);
 *       return gaussNewtonProduct(mean(square(z)), z, p, v); // no target: it has no part in H
 *     });
 */
export function gaussNewtonProduct<Z, P>(
  loss: Value,
  outputs: Z & TreeOf<Z, Value>,
  params: P,
  v: NoInfer<P>,
): P {
  const along = jvp<Z, P>(outputs, params, v);
  const curved = jvp<Z, Z>(gradient<Z>(loss, outputs), outputs, along);
  return pullback<Z, P>(outputs, curved, params);
}
