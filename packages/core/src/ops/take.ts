import { ShapeError } from "../tensor/error.ts";
import { sameShape } from "../tensor/type.ts";
import { broadcastView, insertAxis, permute } from "../ir/view.ts";
import { applyOp, describeValue, type Op, type Value } from "../graph/node.ts";
import { normalizeAxis } from "./axis.ts";
import { expectIndex, expectNumbers, expectValues } from "./expect.ts";

const takeOp: Op<{ readonly axis: number }> = {
  name: "take",
  infer: ([x, index], { axis }) => [{ dtype: x!.dtype, shape: x!.shape.toSpliced(axis, 1, ...index!.shape) }],
  vjp: ({ inputs: [x, index], attrs: { axis } }, [dy]) => [
    dy && scatterAdd(dy, index!, x!.shape[axis]!, { axis }),
    undefined,
  ],
  lower: {
    kernels({ inputs: [x, index], outputs: [y], attrs: { axis } }, to) {
      // The axes of x, with those of the index behind the one that is read: x stands still along these, the
      // index along all others. The axis that is read has one point.
      const behind = x!.shape.slice(axis + 1);
      const points = [...x!.shape.slice(0, axis), 1, ...index!.shape, ...behind];
      const rows = index!.shape.reduce((view, size, i) => insertAxis(view, axis + 1 + i, size), to.read(x!));
      const at = behind.reduce((view, size) => insertAxis(view, view.axes.length, size), to.read(index!));
      to.map({
        reads: [broadcastView(at, points)],
        tables: [{ view: rows, axis }],
        writes: [insertAxis(to.target(y!), axis, 1)],
        body: (_, [position], [row]) => [row!(position!)],
      });
    },
  },
  traits: { gather: (attrs) => attrs },
  show: ({ axis }) => `axis=${axis}`,
};

interface ScatterAttrs {
  readonly axis: number;
  readonly size: number;
}

const scatterAddOp: Op<ScatterAttrs> = {
  name: "scatterAdd",
  infer: ([source, index], { axis, size }) => [
    { dtype: source!.dtype, shape: source!.shape.toSpliced(axis, index!.shape.length, size) },
  ],
  vjp: ({ inputs: [, index], attrs: { axis } }, [dy]) => [dy && take(dy, index!, { axis }), undefined],
  lower: {
    kernels({ inputs: [source, index], outputs: [y], attrs: { axis } }, to) {
      const rank = index!.shape.length;
      const axes = [...source!.shape.keys()];
      const rows = axes.slice(axis, axis + rank);
      const columns = axes.filter((one) => !rows.includes(one));
      to.scatterAdd({
        source: permute(to.read(source!), [...rows, ...columns]),
        index: to.read(index!),
        out: to.target(y!),
        axis,
        outAxes: [...rows.map(() => undefined), ...columns.map((one) => (one < axis ? one : one - rank + 1))],
      });
    },
  },
  traits: { scatter: (attrs) => attrs },
  show: ({ axis, size }) => `axis=${axis} size=${size}`,
};

/**
 * Rows of x by their numbers: an embedding, or a choice of sequences. Outside of the axis, -1 for example, a
 * row is 0.
 *
 * Shapes: [n, h], i32 [t, b] -> [t, b, h]; along axis 1 [m, n], i32 [k] -> [m, k]
 * Gradient: dx = the sum of dy over the places where a row was taken (`scatterAdd`).
 * Throws: DTypeError when the index is not i32; ShapeError for an axis that is not there.
 *
 *     take(table, tokens); // the embeddings of the tokens
 */
export function take(x: Value, index: Value, options: { readonly axis?: number } = {}): Value {
  expectValues("take", x, index);
  expectIndex("take", index);
  return applyOp(takeOp, [x, index], { axis: normalizeAxis("take", options.axis ?? 0, x) })[0]!;
}

/**
 * Rows added up by their numbers, in their order, on `size` rows of zeros: the adjoint of `take`. Rows with a
 * number outside of [0, size) are dropped.
 *
 * Shapes: [t, b, h], i32 [t, b], n -> [n, h]; along axis 1 [m, k], i32 [k], n -> [m, n]
 * Gradient: dsource = take(dy, index)
 * Throws: DTypeError when the index is not i32, or for bool; ShapeError when the source lacks the index's
 * axes.
 */
export function scatterAdd(
  source: Value,
  index: Value,
  size: number,
  options: { readonly axis?: number } = {},
): Value {
  expectValues("scatterAdd", source, index);
  expectNumbers("scatterAdd", source);
  expectIndex("scatterAdd", index);
  const operands = `scatterAdd: ${describeValue(source)} and ${describeValue(index)}`;
  if (!Number.isInteger(size) || size < 0) throw new ShapeError(`${operands}: ${size} is no number of rows.`);
  const rank = source.shape.length - index.shape.length + 1;
  const { axis = 0 } = options;
  const from = axis < 0 ? axis + rank : axis;
  const rows = source.shape.slice(from, from + index.shape.length);
  if (from < 0 || from >= rank || !sameShape(rows, index.shape)) {
    throw new ShapeError(`${operands}: the source lacks the axes of the index from axis ${axis} on.`);
  }
  return applyOp(scatterAddOp, [source, index], { axis: from, size })[0]!;
}
