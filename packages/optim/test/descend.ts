import { compile, gradient, ravel, type Value } from "@unroll/core";
import { hessianProduct, overTree, type Objective } from "../src/index.ts";
import { startOf, type Surface } from "./surfaces.ts";

/** A loss with its derivatives, as methods on vectors want them. */
export interface Compiled {
  readonly objective: Objective;
  readonly start: Float64Array;
  value(x: Float64Array): number;
  product(x: Float64Array, v: Float64Array): Float64Array;
}

/** A surface as functions of one vector: compiled, as users have them. */
export function compiled(surface: Surface): Compiled {
  const start = startOf(surface);
  type X = { readonly x: Value };
  const loss = (p: X): Value => surface.loss({ x: p.x });
  const backward = compile((p: X) => ({ loss: loss(p), grads: gradient(loss(p), p) }));
  const value = compile(loss);
  // The Hessian of a quadratic depends on no parameter, and an argument that nothing uses is refused.
  const curved = compile((p: X, v: X) => ({ loss: loss(p), product: hessianProduct(loss(p), p, v) }));
  const { objective, start: vector, unravel } = overTree(backward, start);
  return {
    objective,
    start: vector,
    value: (x) => value(unravel(x)).data[0]!,
    product: (x, v) => ravel(curved(unravel(x), unravel(v)).product).vector,
  };
}

/** The largest distance of an element from the minimum. */
export const distance = ({ minimum }: Surface, x: ArrayLike<number>): number =>
  Math.max(...minimum.map((n, i) => Math.abs(x[i]! - n)));

/** An objective that gives NaN, or infinity, beyond a wall. */
export const walled =
  (objective: Objective, isBeyond: (x: Float64Array) => boolean, f = NaN): Objective =>
  (x) =>
    isBeyond(x) ? { f, g: x.map(() => NaN) } : objective(x);
