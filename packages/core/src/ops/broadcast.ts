import { DTypeError, ShapeError } from "../tensor/error.ts";
import { isFloat, sameShape, type Shape } from "../tensor/type.ts";
import { broadcastView } from "../ir/view.ts";
import { applyOp, describeValue, type Op, type Value } from "../graph/node.ts";

interface ShapeAttrs {
  readonly shape: Shape;
}

const showShape = ({ shape }: ShapeAttrs): string => `[${shape.join(", ")}]`;

const broadcastOp: Op<ShapeAttrs> = {
  name: "broadcastTo",
  infer: ([x], { shape }) => [{ dtype: x!.dtype, shape }],
  vjp: ({ inputs: [x] }, [dy]) => [dy && sumTo(dy, x!.shape)],
  lower: { view: ({ attrs }, x) => [broadcastView(x, attrs.shape)] },
  show: showShape,
};

const sumToOp: Op<ShapeAttrs> = {
  name: "sumTo",
  infer: ([x], { shape }) => [{ dtype: x!.dtype, shape }],
  vjp: ({ inputs: [x] }, [dy]) => [dy && broadcastTo(dy, x!.shape)],
  lower: {
    kernels({ inputs: [x], outputs: [y] }, to) {
      const added = x!.shape.length - y!.shape.length;
      const kept = (axis: number): boolean => axis >= added && y!.shape[axis - added] === x!.shape[axis];
      const axes = x!.shape.map((_, axis) => axis).filter((axis) => !kept(axis));
      const write = broadcastView(to.target(y!), x!.shape.map((size, axis) => (kept(axis) ? size : 1)));
      to.reduce({ reads: [to.read(x!)], axes, combine: "sum", write });
    },
  },
  show: showShape,
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
  const fits = shape.length >= x.shape.length && x.shape.every((size, i) => size === 1 || size === shape[shape.length - x.shape.length + i]);
  if (!fits) throw new ShapeError(`broadcastTo: ${describeValue(x)} does not broadcast to [${shape.join(", ")}].`);
  return applyOp(broadcastOp, [x], { shape })[0]!;
}

/**
 * Sum over axes until the value has `shape`: the adjoint of `broadcastTo`.
 *
 * Shapes: x -> shape, which must broadcast to that of x.
 * Gradient: broadcastTo.
 * Throws: ShapeError when `shape` does not broadcast to that of x; DTypeError for bool.
 */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  if (!isFloat(x.type.dtype) && x.type.dtype !== "i32") throw new DTypeError(`sumTo: ${describeValue(x)}: bool values have no sum.`, `Count them with sum(cast(x, "i32")).`);
  const fits = shape.length <= x.shape.length && shape.every((size, i) => size === 1 || size === x.shape[x.shape.length - shape.length + i]);
  if (!fits) throw new ShapeError(`sumTo: [${shape.join(", ")}] does not broadcast to ${describeValue(x)}.`);
  return applyOp(sumToOp, [x], { shape })[0]!;
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

function doNotBroadcast(op: string, values: readonly Value[], axis: number, a: number, b: number): ShapeError {
  const perRow = values.find((x) => x.shape.length === 1 && values.some((y) => y.shape.length > 1 && y.shape[0] === x.shape[0]));
  const remedy = perRow && `A value per row must be [${perRow.shape[0]}, 1]: unsqueeze(${perRow.label ?? "x"}, 1).`;
  return new ShapeError(`${op}: ${values.map(describeValue).join(" and ")} do not broadcast: axis ${axis} is ${a} and ${b}.`, remedy);
}
