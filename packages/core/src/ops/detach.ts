import { isFloat } from "../tensor/type.ts";
import { applyOp, type Op } from "../graph/node.ts";
import { mapTree } from "../graph/spec.ts";

const detachOp: Op<object> = {
  name: "detach",
  infer: ([x]) => [x!],
  vjp: () => [undefined],
  lower: { view: (_, x) => [x] },
};

/**
 * The same values, through which no gradient flows: each leaf counts as a constant.
 *
 * Shapes: any tree -> same.
 * Gradient: zero.
 * Throws: TreeError when a leaf is no value.
 *
 *     const baseline = detach(mean(reward));
 */
export const detach = <T>(tree: T): T =>
  mapTree((x) => (isFloat(x.type.dtype) ? applyOp(detachOp, [x], {})[0]! : x), tree);
