import { ShapeError } from "../tensor/error.ts";
import { sameShape, type Shape } from "../tensor/type.ts";
import { broadcastView } from "../ir/view.ts";
import { applyOp, describeValue, type Op, type Value } from "../graph/node.ts";
import { reduction, type ReduceOptions } from "./reduction.ts";
import { reshape } from "./reshape.ts";

const broadcastOp: Op<{ readonly shape: Shape }> = {
  name: "broadcastTo",
  infer: ([x], { shape }) => [{ dtype: x!.dtype, shape }],
  vjp: ({ inputs: [x] }, [dy]) => [dy && sumTo(dy, x!.shape)],
  lower: { view: ({ attrs }, x) => [broadcastView(x, attrs.shape)] },
  traits: { compose: (_, outer) => outer },
  show: ({ shape }) => `[${shape.join(", ")}]`,
};

/**
 * Repeat axes of size 1, and add axes in front, until the value has `shape`.
 *
 * Shapes: x -> shape, as NumPy broadcasts.
 * Gradient: the sum over the axes that were repeated.
 * Throws: ShapeError when an axis is neither 1 nor of the wanted size.
 */
export function broadcastTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const added = shape.length - x.shape.length;
  if (added < 0 || x.shape.some((size, axis) => size !== 1 && size !== shape[added + axis])) {
    throw new ShapeError(`broadcastTo: ${describeValue(x)} does not broadcast to [${shape.join(", ")}].`);
  }
  return applyOp(broadcastOp, [x], { shape })[0]!;
}

/**
 * Sum along axes: the adjoint of repeating them. Over nothing it is 0.
 *
 * Shapes: [b, n] -> [] over all axes, [b] over axis 1, [b, 1] with keepDims.
 * Gradient: dx = dy at every entry that was summed.
 * Throws: ShapeError for an axis that is not there; DTypeError for bool.
 */
export const sum: (x: Value, options?: ReduceOptions) => Value = reduction("sum", {
  combine: "sum",
  on: ["f32", "f64", "i32"],
  vjp: (dy, x) => broadcastTo(dy, x.shape),
});

/** Sum until the value has `shape`, which broadcasts to that of x. */
function sumTo(x: Value, shape: Shape): Value {
  const added = x.shape.length - shape.length;
  const repeated = (axis: number): boolean =>
    x.shape[axis] !== 1 && (axis < added || shape[axis - added] === 1);
  const axis = [...x.shape.keys()].filter(repeated);
  const total = axis.length === 0 ? x : sum(x, { axis, keepDims: axis.some((one) => one >= added) });
  return reshape(total, shape);
}

/**
 * The shape that operands have together.
 *
 * Throws: ShapeError that names the operands, the axis and its two sizes.
 */
export function broadcastShapes(op: string, values: readonly Value[]): Shape {
  const rank = Math.max(...values.map((x) => x.shape.length));
  const shape = new Array<number>(rank).fill(1);
  for (const x of values) {
    x.shape.forEach((size, i) => {
      const axis = rank - x.shape.length + i;
      if (size === 1 || size === shape[axis]) return;
      if (shape[axis] !== 1) throw doNotBroadcast(op, values, axis - rank, shape[axis]!, size);
      shape[axis] = size;
    });
  }
  return shape;
}

function doNotBroadcast(
  op: string,
  values: readonly Value[],
  axis: number,
  a: number,
  b: number,
): ShapeError {
  const perRow = values.find(
    (x) => x.shape.length === 1 && values.some((y) => y.shape.length > 1 && y.shape[0] === x.shape[0]),
  );
  return new ShapeError(
    `${op}: ${values.map(describeValue).join(" and ")} do not broadcast: axis ${axis} is ${a} and ${b}.`,
    perRow && `A value per row must be [${perRow.shape[0]}, 1]: unsqueeze(${perRow.label ?? "x"}, 1).`,
  );
}
