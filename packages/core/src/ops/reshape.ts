import { ShapeError } from "../tensor/error.ts";
import { sameShape, sizeOf, type Shape } from "../tensor/type.ts";
import { reshapeView } from "../ir/view.ts";
import { applyOp, describeValue, type Op, type Value } from "../graph/node.ts";
import { normalizeAxes, normalizeNewAxis } from "./axis.ts";
import { expectValues } from "./expect.ts";

/** The record of reshape. */
export const reshapeOp: Op<{ readonly shape: Shape }> = {
  name: "reshape",
  infer: ([x], { shape }) => [{ dtype: x!.dtype, shape }],
  vjp: ({ inputs: [x] }, [dy]) => [dy && to(dy, x!.shape)],
  lower: {
    view({ attrs }, x) {
      const view = reshapeView(x, attrs.shape);
      return view && [view];
    },
  },
  traits: { compose: (_, outer) => outer },
  show: ({ shape }) => `[${shape.join(", ")}]`,
};

const to = (x: Value, shape: Shape): Value =>
  sameShape(x.shape, shape) ? x : applyOp(reshapeOp, [x], { shape })[0]!;

/**
 * The same elements in the same order under another shape. One size may be -1: it is what remains.
 *
 * Shapes: x -> shape, of as many elements.
 * Gradient: dx = dy in the shape of x.
 * Throws: ShapeError that names both numbers of elements.
 *
 *     reshape(x, [-1, 64]); // f32[50, 20, 64] -> f32[1000, 64]
 */
export function reshape(x: Value, shape: Shape): Value {
  expectValues("reshape", x);
  return to(x, complete(x, shape));
}

/** The shape with its open size filled in. */
function complete(x: Value, shape: Shape): Shape {
  const elements = sizeOf(x.shape);
  const fail = (what: string): ShapeError =>
    new ShapeError(
      `reshape: ${describeValue(x)} has ${elements} elements, and [${shape.join(", ")}] ${what}.`,
    );
  const given = shape.filter((size) => size !== -1);
  const product = sizeOf(given);
  if (given.some((size) => !Number.isInteger(size) || size < 0)) throw fail("is no shape");
  if (given.length === shape.length && product !== elements) throw fail(`has ${product}`);
  if (given.length === shape.length) return shape;
  if (given.length < shape.length - 1) throw fail("leaves more than one size open");
  if (product === 0) throw fail("leaves a size open that could be any");
  if (elements % product !== 0) throw fail(`wants a multiple of ${product}`);
  return shape.with(shape.indexOf(-1), elements / product);
}

/**
 * Leave out axes of size 1: those named, or all of them.
 *
 * Shapes: [1, n, 1] -> [n]; for axis 0 [n, 1].
 * Gradient: dx = dy in the shape of x.
 * Throws: ShapeError for an axis of another size.
 */
export function squeeze(x: Value, axis?: number | readonly number[]): Value {
  expectValues("squeeze", x);
  const axes = normalizeAxes("squeeze", axis, x).filter((one) => axis !== undefined || x.shape[one] === 1);
  const long = axes.find((one) => x.shape[one] !== 1);
  if (long !== undefined) {
    throw new ShapeError(
      `squeeze: axis ${long} of ${describeValue(x)} is ${x.shape[long]}, not 1.`,
      "Reduce it first, or take one of its entries with slice.",
    );
  }
  return to(
    x,
    x.shape.filter((_, one) => !axes.includes(one)),
  );
}

/**
 * Insert an axis of size 1, which stands at `axis` in the result.
 *
 * Shapes: [m, n] -> [1, m, n] for axis 0, [m, n, 1] for axis 2 or -1.
 * Gradient: dx = dy in the shape of x.
 * Throws: ShapeError when the result has no such axis.
 */
export function unsqueeze(x: Value, axis: number): Value {
  expectValues("unsqueeze", x);
  return to(x, x.shape.toSpliced(normalizeNewAxis("unsqueeze", axis, x), 0, 1));
}
