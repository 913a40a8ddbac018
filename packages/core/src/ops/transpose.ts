import { ShapeError } from "../tensor/error.ts";
import { permute } from "../ir/view.ts";
import { applyOp, describeValue, type Op, type Value } from "../graph/node.ts";
import { normalizeAxes, normalizeAxis } from "./axis.ts";
import { expectValues } from "./expect.ts";

const transposeOp: Op<{ readonly order: readonly number[] }> = {
  name: "transpose",
  infer: ([x], { order }) => [{ dtype: x!.dtype, shape: order.map((axis) => x!.shape[axis]!) }],
  vjp: ({ attrs: { order } }, [dy]) => [
    dy &&
      transpose(
        dy,
        order.map((_, axis) => order.indexOf(axis)),
      ),
  ],
  lower: { view: ({ attrs }, x) => [permute(x, attrs.order)] },
  traits: { compose: (inner, outer) => ({ order: outer.order.map((axis) => inner.order[axis]!) }) },
  show: ({ order }) => `[${order.join(", ")}]`,
};

/**
 * Axes in another order: axis i of the result is axis `order[i]` of x. Without an order the last two are
 * swapped.
 *
 * Shapes: [b, m, n] -> [b, n, m]; for the order [2, 0, 1] [n, b, m].
 * Gradient: dx = dy in the order of x.
 * Throws: ShapeError when `order` does not name every axis once.
 */
export function transpose(x: Value, order?: readonly number[]): Value {
  expectValues("transpose", x);
  const rank = x.shape.length;
  const wanted = order ? order.map((axis) => normalizeAxis("transpose", axis, x)) : swapped(x);
  if (normalizeAxes("transpose", wanted, x).length !== rank) {
    throw new ShapeError(
      `transpose: the order [${wanted.join(", ")}] does not name every axis of ${describeValue(x)}.`,
    );
  }
  return wanted.every((axis, i) => axis === i) ? x : applyOp(transposeOp, [x], { order: wanted })[0]!;
}

function swapped(x: Value): readonly number[] {
  const rank = x.shape.length;
  if (rank < 2) throw new ShapeError(`transpose: ${describeValue(x)} has no two axes to swap.`);
  return x.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
}
