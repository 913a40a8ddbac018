import { ShapeError } from "../tensor/error.ts";
import { sliceView, type View } from "../ir/view.ts";
import { applyOp, describeValue, type Op, type Value } from "../graph/node.ts";
import type { Tuple } from "../graph/spec.ts";
import { normalizeAxis, normalizeNewAxis } from "./axis.ts";
import { expectOneDType, expectValues } from "./expect.ts";
import { zerosLike } from "./full.ts";
import { unsqueeze } from "./reshape.ts";
import { part } from "./slice.ts";

/** The record of concat. */
export const concatOp: Op<{ readonly axis: number }> = {
  name: "concat",
  infer(types, { axis }) {
    const [first] = types;
    const size = types.reduce((total, { shape }) => total + shape[axis]!, 0);
    return [{ dtype: first!.dtype, shape: first!.shape.with(axis, size) }];
  },
  vjp: ({ inputs, attrs: { axis } }, [dy]) =>
    dy
      ? cut(
          dy,
          axis,
          inputs.map((x) => x.shape[axis]!),
        )
      : inputs.map(() => undefined),
  lower: {
    kernels({ inputs, outputs: [y], attrs: { axis } }, to) {
      const starts = startsOf(inputs.map((x) => x.shape[axis]!));
      inputs.forEach((x, i) => {
        const write = part(to.target(y!), axis, starts[i]!, x.shape[axis]!);
        to.map({ reads: [to.read(x)], writes: [write], body: (_, reads) => reads });
      });
    },
  },
  show: ({ axis }) => `axis=${axis}`,
};

interface SplitAttrs {
  readonly axis: number;
  readonly sizes: readonly number[];
}

const splitOp: Op<SplitAttrs> = {
  name: "split",
  infer: ([x], { axis, sizes }) =>
    sizes.map((size) => ({ dtype: x!.dtype, shape: x!.shape.with(axis, size) })),
  vjp: ({ outputs, attrs: { axis } }, dys) => [
    join(
      outputs.map((y, i) => dys[i] ?? zerosLike(y)),
      axis,
    ),
  ],
  lower: {
    view({ attrs: { axis, sizes } }, x) {
      const starts = startsOf(sizes);
      const views = sizes.map((size, i) => sliceView(x, axis, starts[i]!, size, 1));
      return views.every((view): view is View => view !== undefined) ? views : undefined;
    },
  },
  show: ({ axis, sizes }) => `axis=${axis} sizes=[${sizes.join(", ")}]`,
};

const join = (xs: readonly Value[], axis: number): Value =>
  xs.length === 1 ? xs[0]! : applyOp(concatOp, xs, { axis })[0]!;

const cut = (x: Value, axis: number, sizes: readonly number[]): readonly Value[] =>
  sizes.length === 1 ? [x] : applyOp(splitOp, [x], { axis, sizes });

/** Where each part begins. */
const startsOf = (sizes: readonly number[]): readonly number[] =>
  sizes.map((_, i) => sizes.slice(0, i).reduce((total, size) => total + size, 0));

/**
 * Values one after the other along an axis, the last one by default.
 *
 * Shapes: [b, m], [b, n] -> [b, m + n]
 * Gradient: dx = the part of dy where x lies.
 * Throws: ShapeError when the other axes differ; DTypeError when dtypes do.
 */
export function concat(xs: readonly Value[], options: { readonly axis?: number } = {}): Value {
  const first = checkParts("concat", xs);
  if (first.shape.length === 0) {
    throw new ShapeError(
      `concat: ${describeValue(first)} has no axis to run along.`,
      "Make a new axis with stack.",
    );
  }
  const axis = normalizeAxis("concat", options.axis ?? -1, first);
  for (const x of xs) {
    const other = differingAxis(first, x, axis);
    if (other !== undefined) throw doNotFit("concat", first, x, other);
  }
  return join(xs, axis);
}

/**
 * Values of one shape along a new axis, the first one by default.
 *
 * Shapes: n of [b, m] -> [n, b, m]; [b, m, n] for axis -1.
 * Gradient: dx = the entry of dy where x lies.
 * Throws: ShapeError when shapes differ; DTypeError when dtypes do.
 */
export function stack(xs: readonly Value[], options: { readonly axis?: number } = {}): Value {
  const first = checkParts("stack", xs);
  const axis = normalizeNewAxis("stack", options.axis ?? 0, first);
  for (const x of xs) {
    const other = differingAxis(first, x);
    if (other !== undefined) throw doNotFit("stack", first, x, other);
  }
  return join(
    xs.map((x) => unsqueeze(x, axis)),
    axis,
  );
}

/** One value for each of a number of parts, or for each size of a list. Tuples where numbers are literals. */
export type Parts<P extends number | readonly number[]> = P extends readonly number[]
  ? { readonly [K in keyof P]: Value }
  : P extends number
    ? Tuple<P, Value>
    : never;

/**
 * Cut a value along an axis, the last one by default, into equal parts or into parts of the given sizes.
 *
 * Shapes: [b, 4 n], 4 -> 4 of [b, n]; [b, m + n], [m, n] -> [b, m], [b, n]
 * Gradient: dx = the concatenation of the dy.
 * Throws: ShapeError when the axis does not divide into the parts.
 *
 *     const [i, f, o, g] = split(z, 4);
 */
export function split<const P extends number | readonly number[]>(
  x: Value,
  parts: P,
  options: { readonly axis?: number } = {},
): Parts<P> {
  expectValues("split", x);
  const axis = normalizeAxis("split", options.axis ?? -1, x);
  return cut(x, axis, sizesOf(x, parts, options.axis ?? -1, x.shape[axis]!)) as Parts<P>;
}

/** The sizes of the parts. `axis` is what the caller wrote, for messages. */
function sizesOf(x: Value, parts: number | readonly number[], axis: number, size: number): readonly number[] {
  const where = `split: axis ${axis} of ${describeValue(x)}`;
  if (typeof parts === "number") {
    if (Number.isInteger(parts) && parts > 0 && size % parts === 0) {
      return new Array<number>(parts).fill(size / parts);
    }
    throw new ShapeError(`${where} does not divide into ${parts} parts.`);
  }
  const total = parts.reduce((sum, one) => sum + one, 0);
  const isCut = parts.length > 0 && parts.every((one) => Number.isInteger(one) && one >= 0);
  if (isCut && total === size) return parts;
  throw new ShapeError(
    `${where} does not divide into parts of ${parts.join(", ")}: they are ${total} together.`,
  );
}

function checkParts(op: string, xs: readonly Value[]): Value {
  if (xs.length === 0) throw new ShapeError(`${op}: there are no values.`);
  expectValues(op, ...xs);
  expectOneDType(op, xs);
  return xs[0]!;
}

/** The first axis in which two shapes differ, other than `along`; the rank if they differ there. */
function differingAxis({ shape: a }: Value, { shape: b }: Value, along?: number): number | undefined {
  if (a.length !== b.length) return a.length;
  const axis = a.findIndex((size, i) => i !== along && size !== b[i]);
  return axis < 0 ? undefined : axis;
}

function doNotFit(op: string, first: Value, x: Value, axis: number): ShapeError {
  const [a, b] = [first.shape, x.shape];
  const what =
    axis === a.length
      ? `have rank ${a.length} and ${b.length}`
      : `differ in axis ${axis}: ${a[axis]} and ${b[axis]}`;
  return new ShapeError(`${op}: ${describeValue(first)} and ${describeValue(x)} ${what}.`);
}
