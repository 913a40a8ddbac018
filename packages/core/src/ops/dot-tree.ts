import { ShapeError, TreeError } from "../tensor/error.ts";
import { named, sameTree } from "../tensor/tree.ts";
import { formatType, sameShape } from "../tensor/type.ts";
import type { Value } from "../graph/node.ts";
import { leaves } from "../graph/spec.ts";
import { add, mul } from "./arithmetic.ts";
import { sum } from "./broadcast.ts";

/**
 * The inner product of two trees as if each were one vector.
 *
 * Shapes: trees with the same leaves -> [].
 * Gradient: da = dy b, db = dy a.
 * Throws: TreeError when the trees differ or have no leaves; ShapeError, DTypeError when leaves do.
 *
 *     const norm2 = dotTree(grads, grads);
 *     const hessianTimesV = gradient(dotTree(gradient(loss, params), v), params);
 */
export function dotTree<T>(a: T, b: NoInfer<T>): Value {
  sameTree("dotTree", { name: "tree 2 is", tree: b }, { name: "tree 1 is", tree: a });
  const ys = leaves(b);
  const products = leaves(a).map(({ path, leaf: x }, i) => {
    const y = ys[i]!.leaf;
    if (sameShape(x.shape, y.shape)) return sum(mul(x, y));
    throw new ShapeError(
      `dotTree: ${named(path, "the root")} is ${formatType(x.type)} and ${formatType(y.type)}.`,
    );
  });
  if (products.length === 0) throw new TreeError("dotTree: the trees have no leaves.");
  return products.reduce((total, product) => add(total, product));
}
