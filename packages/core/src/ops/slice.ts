import { DTypeError, InternalError, ShapeError } from "../tensor/error.ts";
import { flipView, sliceView, type View } from "../ir/view.ts";
import { applyOp, describeValue, type Op, type Value } from "../graph/node.ts";
import { normalizeAxis } from "./axis.ts";
import { expectValues } from "./expect.ts";
import { isRepresentable } from "./full.ts";

/** The entries `start`, `start + step`, ... along an axis, `count` of them. */
interface SliceAttrs {
  readonly axis: number;
  readonly start: number;
  readonly count: number;
  readonly step: number;
}

const sliceOp: Op<SliceAttrs> = {
  name: "slice",
  infer: ([x], { axis, count }) => [{ dtype: x!.dtype, shape: x!.shape.with(axis, count) }],
  vjp({ inputs: [x], attrs: { axis, start, count, step } }, [dy]) {
    if (!dy) return [undefined];
    const before = count === 0 ? 0 : start;
    const within = count === 0 ? 0 : (count - 1) * step + 1;
    return [padded(dy, { axis, before, after: x!.shape[axis]! - before - within, gap: step - 1, value: 0 })];
  },
  lower: {
    view({ attrs: { axis, start, count, step } }, x) {
      const view = sliceView(x, axis, start, count, step);
      return view && [view];
    },
  },
  show: ({ axis, start, count, step }) =>
    `axis=${axis} start=${start} count=${count}${step === 1 ? "" : ` step=${step}`}`,
};

interface PadAttrs {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
  /** How many entries are put between neighbours: one less than the step of the slice that undoes it. */
  readonly gap: number;
  readonly value: number;
}

const padOp: Op<PadAttrs> = {
  name: "pad",
  infer([x], { axis, before, after, gap }) {
    const size = x!.shape[axis]!;
    const within = size === 0 ? 0 : (size - 1) * (gap + 1) + 1;
    return [{ dtype: x!.dtype, shape: x!.shape.with(axis, before + within + after) }];
  },
  vjp: ({ inputs: [x], attrs: { axis, before, gap } }, [dy]) => [
    dy && sliced(dy, { axis, start: before, count: x!.shape[axis]!, step: gap + 1 }),
  ],
  lower: {
    kernels({ inputs: [x], outputs: [y], attrs: { axis, before, after, gap, value } }, to) {
      const target = to.target(y!);
      const size = y!.shape[axis]!;
      const fill = (write: View): void =>
        to.map({ writes: [write], body: (s) => [s.constant(y!.type.dtype, value)] });
      if (gap > 0) {
        fill(target);
      } else {
        fill(part(target, axis, 0, before));
        fill(part(target, axis, size - after, after));
      }
      const inside = part(target, axis, before, x!.shape[axis]!, gap + 1);
      to.map({ reads: [to.read(x!)], writes: [inside], body: (_, reads) => reads });
    },
  },
  traits: { padding: (attrs) => (attrs.gap === 0 && attrs.value === 0 ? attrs : undefined) },
  show: ({ axis, before, after, gap }) =>
    `axis=${axis} before=${before} after=${after}${gap === 0 ? "" : ` gap=${gap}`}`,
};

/** Part of a destination. Destinations are chosen so that they can be cut. */
export function part(target: View, axis: number, start: number, count: number, step = 1): View {
  const view = sliceView(target, axis, start, count, step);
  if (!view) throw new InternalError(`axis ${axis} of a destination in ${target.buffer.name} cannot be cut`);
  return view;
}

const sliced = (x: Value, attrs: SliceAttrs): Value =>
  attrs.count === x.shape[attrs.axis] && attrs.step === 1 ? x : applyOp(sliceOp, [x], attrs)[0]!;

const padded = (x: Value, attrs: PadAttrs): Value =>
  attrs.before + attrs.after + attrs.gap === 0 ? x : applyOp(padOp, [x], attrs)[0]!;

/**
 * The entries from `start` up to and without `stop` along an axis. As in JavaScript, negative positions count
 * from the end, positions beyond the ends mean the ends, and without a `stop` everything from `start` on is
 * taken.
 *
 * Shapes: [n, ...] -> [ceil((stop - start) / step), ...]
 * Gradient: dx is dy, and 0 for entries that were not taken.
 * Throws: ShapeError for an axis that is not there, or positions and steps that are no whole numbers.
 *
 *     slice(xs, 0, -1); // all but the last
 */
export function slice(
  x: Value,
  start: number,
  stop?: number,
  options: { readonly axis?: number; readonly step?: number } = {},
): Value {
  expectValues("slice", x);
  const { step = 1 } = options;
  const axis = normalizeAxis("slice", options.axis ?? 0, x);
  const size = x.shape[axis]!;
  if (!Number.isInteger(step) || step < 1) {
    throw new ShapeError(
      `slice: ${describeValue(x)}: the step is ${step}, not a positive whole number.`,
      "To run backwards, use flip.",
    );
  }
  const position = (at: number): number => {
    if (!Number.isInteger(at)) {
      throw new ShapeError(`slice: ${describeValue(x)}: ${at} is no position on axis ${axis}.`);
    }
    return Math.min(Math.max(at < 0 ? at + size : at, 0), size);
  };
  const from = position(start);
  const count = Math.max(0, Math.ceil((position(stop ?? size) - from) / step));
  return sliced(x, { axis, start: from, count, step });
}

/**
 * Put `before` and `after` entries of one number around the entries along an axis.
 *
 * Shapes: [n, ...] -> [before + n + after, ...]
 * Gradient: dx = the slice of dy where x lies.
 * Throws: ShapeError for an axis that is not there or a negative number of entries; DTypeError when x cannot
 * hold the number.
 */
export function pad(
  x: Value,
  before: number,
  after: number,
  options: { readonly axis?: number; readonly value?: number } = {},
): Value {
  expectValues("pad", x);
  const { value = 0 } = options;
  const axis = normalizeAxis("pad", options.axis ?? 0, x);
  const wrong = [before, after].find((count) => !Number.isInteger(count) || count < 0);
  if (wrong !== undefined) {
    throw new ShapeError(
      `pad: ${describeValue(x)} cannot get ${wrong} entries on axis ${axis}.`,
      "To leave entries out, use slice.",
    );
  }
  if (!isRepresentable(value, x.type.dtype)) {
    throw new DTypeError(`pad: ${describeValue(x)} cannot hold ${value}.`);
  }
  return padded(x, { axis, before, after, gap: 0, value });
}

const flipOp: Op<{ readonly axis: number }> = {
  name: "flip",
  infer: ([x]) => [x!],
  vjp: ({ attrs: { axis } }, [dy]) => [dy && flip(dy, { axis })],
  lower: { view: ({ attrs }, x) => [flipView(x, attrs.axis)] },
  show: ({ axis }) => `axis=${axis}`,
};

/**
 * The entries along an axis, the last one by default, in reverse order.
 *
 * Shapes: any -> same.
 * Gradient: dx = flip(dy).
 * Throws: ShapeError for an axis that is not there.
 */
export function flip(x: Value, options: { readonly axis?: number } = {}): Value {
  expectValues("flip", x);
  return applyOp(flipOp, [x], { axis: normalizeAxis("flip", options.axis ?? -1, x) })[0]!;
}
