import { ShapeError } from "../tensor/error.ts";
import { applyOp, describeValue, type Op, type Value } from "../graph/node.ts";
import { normalizeAxis } from "./axis.ts";
import { broadcastTo } from "./broadcast.ts";
import { equal } from "./compare.ts";
import { expectIndex, expectValues } from "./expect.ts";
import { iota } from "./iota.ts";
import { reshape } from "./reshape.ts";
import { where } from "./where.ts";

const takeAlongOp: Op<{ readonly axis: number }> = {
  name: "takeAlong",
  infer: ([x, index]) => [{ dtype: x!.dtype, shape: index!.shape }],
  vjp: ({ inputs: [x, index], attrs: { axis } }, [dy]) => [
    dy && scatterAlong(dy, index!, axis, x!.shape[axis]!),
    undefined,
  ],
  lower: {
    kernels({ inputs: [x, index], outputs: [y], attrs: { axis } }, to) {
      to.map({
        reads: [to.read(index!)],
        tables: [{ view: to.read(x!), axis }],
        writes: [to.target(y!)],
        body: (_, [position], [row]) => [row!(position!)],
      });
    },
  },
  show: ({ axis }) => `axis=${axis}`,
};

interface ScatterAttrs {
  readonly axis: number;
  readonly size: number;
}

const scatterAlongOp: Op<ScatterAttrs> = {
  name: "scatterAlong",
  infer: ([source], { axis, size }) => [{ dtype: source!.dtype, shape: source!.shape.with(axis, size) }],
  vjp: ({ inputs: [, index], attrs: { axis } }, [dy]) => [dy && takeAlong(dy, index!, { axis }), undefined],
  lower: {
    kernels({ inputs: [source, index], outputs: [y], attrs: { axis } }, to) {
      to.scatterAdd({
        source: to.read(source!),
        index: to.read(index!),
        out: to.target(y!),
        axis,
        outAxes: source!.shape.map((_, one) => (one === axis ? undefined : one)),
      });
    },
  },
  show: ({ axis, size }) => `axis=${axis} size=${size}`,
};

/** Entries added up at their places along an axis. With one entry per row this is a choice at every place. */
function scatterAlong(source: Value, index: Value, axis: number, size: number): Value {
  if (source.shape[axis] !== 1) return applyOp(scatterAlongOp, [source, index], { axis, size })[0]!;
  const places = reshape(
    iota(size),
    source.shape.map((_, one) => (one === axis ? size : 1)),
  );
  return where(equal(places, index), source, 0);
}

/**
 * Entries along an axis, the last one by default, for every row its own. Outside of the axis, at -1 for
 * example, the entry is 0.
 *
 * Shapes: [b, v], i32 [b, k] -> [b, k]. The other axes of the index are those of x, or 1.
 * Gradient: dx = the sum of dy over the places where an entry was taken.
 * Throws: DTypeError when the index is not i32; ShapeError when ranks or other axes differ.
 *
 *     squeeze(takeAlong(logp, unsqueeze(targets, -1)), -1); // the log-probability of each target
 */
export function takeAlong(x: Value, index: Value, options: { readonly axis?: number } = {}): Value {
  expectValues("takeAlong", x, index);
  expectIndex("takeAlong", index);
  const axis = normalizeAxis("takeAlong", options.axis ?? -1, x);
  const operands = `takeAlong: ${describeValue(x)} and ${describeValue(index)}`;
  if (x.shape.length !== index.shape.length) {
    throw new ShapeError(
      `${operands}: ranks ${x.shape.length} and ${index.shape.length} differ.`,
      index.shape.length === x.shape.length - 1
        ? `For one entry per row: unsqueeze(${index.label ?? "index"}, ${axis}).`
        : undefined,
    );
  }
  const shape = x.shape.with(axis, index.shape[axis]!);
  const other = shape.findIndex((size, one) => index.shape[one] !== size && index.shape[one] !== 1);
  if (other >= 0) {
    throw new ShapeError(`${operands} differ in axis ${other}: ${shape[other]} and ${index.shape[other]}.`);
  }
  return applyOp(takeAlongOp, [x, broadcastTo(index, shape)], { axis })[0]!;
}
