import { ShapeError } from "../tensor/error.ts";
import { selectView, windowView } from "../ir/view.ts";
import { applyOp, describeValue, type Op, type Value } from "../graph/node.ts";
import { normalizeAxis } from "./axis.ts";
import { expectNumbers, expectValues } from "./expect.ts";
import { reshape, unsqueeze } from "./reshape.ts";
import { part, slice } from "./slice.ts";

/** Along which axis windows lie, 0 by default, how far apart they are, and how far apart the entries of each. */
export interface WindowOptions {
  readonly axis?: number;
  /** From the start of a window to that of the next. Default: 1. */
  readonly stride?: number;
  /** From an entry of a window to the next. Default: 1. */
  readonly dilation?: number;
}

interface WindowAttrs {
  readonly axis: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
}

/** How many entries lie between the two ends of a window, these included. */
export const reach = (size: number, dilation: number): number => (size - 1) * dilation + 1;

/** How many windows an axis has room for. */
const countIn = (length: number, { size, stride, dilation }: Omit<WindowAttrs, "axis">): number =>
  Math.floor((length - reach(size, dilation)) / stride) + 1;

const show = ({ axis, size, stride, dilation }: WindowAttrs): string =>
  `axis=${axis} size=${size}${stride === 1 ? "" : ` stride=${stride}`}${dilation === 1 ? "" : ` dilation=${dilation}`}`;

const windowsOp: Op<WindowAttrs> = {
  name: "windows",
  infer([x], attrs) {
    const count = countIn(x!.shape[attrs.axis]!, attrs);
    return [{ dtype: x!.dtype, shape: x!.shape.toSpliced(attrs.axis, 1, count, attrs.size) }];
  },
  vjp: ({ inputs: [x], attrs }, [dy]) => [
    dy && applyOp(overlapAddOp, [dy], { ...attrs, length: x!.shape[attrs.axis]! })[0],
  ],
  lower: {
    view({ outputs: [y], attrs: { axis, size, stride, dilation } }, x) {
      const view = windowView(x, axis, y!.shape[axis]!, stride, size, dilation);
      return view && [view];
    },
  },
  show,
};

interface OverlapAttrs extends WindowAttrs {
  readonly length: number;
}

const overlapAddOp: Op<OverlapAttrs> = {
  name: "overlapAdd",
  infer: ([x], { axis, length }) => [{ dtype: x!.dtype, shape: x!.shape.toSpliced(axis, 2, length) }],
  vjp: ({ attrs: { length: _, ...attrs } }, [dy]) => [dy && applyOp(windowsOp, [dy], attrs)[0]],
  lower: {
    kernels({ inputs: [x], outputs: [y], attrs: { axis, size, stride, dilation, length } }, to) {
      const [from, target] = [to.read(x!), to.target(y!)];
      const count = x!.shape[axis]!;
      // The first entries of all windows are put where they belong, on zeros; the second ones are added, and so on.
      const rest = stride === 1 ? part(target, axis, count, length - count) : target;
      to.map({ writes: [rest], body: (s) => [s.constant(y!.type.dtype, 0)] });
      for (let entry = 0; entry < size; entry++) {
        const read = selectView(from, axis + 1, entry);
        const place = part(target, axis, entry * dilation, count, stride);
        if (entry === 0) to.map({ reads: [read], writes: [place], body: (_, reads) => reads });
        else to.map({ reads: [place, read], writes: [place], body: (s, [sum, one]) => [s.add(sum!, one!)] });
      }
    },
  },
  show: (attrs) => `${show(attrs)} length=${attrs.length}`,
};

/**
 * Windows along an axis: `size` entries each, `dilation` apart, and a new window every `stride` entries. No
 * number is copied: windows that overlap share their entries, so a product with all of them is a convolution.
 * What is left over at the end is dropped.
 *
 * Shapes: [n, ...] -> [floor((n - reach) / stride) + 1, size, ...] with reach = (size - 1) dilation + 1.
 * Gradient: dx = the sum of dy over the windows that an entry stands in (`overlapAdd`).
 * Throws: ShapeError for an axis that is not there, a window that does not fit on it, or a size, stride or
 * dilation that is no whole number from 1 on.
 *
 *     mean(windows(xs, 3), { axis: 1 }); // the moving average over three steps
 */
export function windows(x: Value, size: number, options: WindowOptions = {}): Value {
  expectValues("windows", x);
  const attrs = attrsOf("windows", x, size, normalizeAxis("windows", options.axis ?? 0, x), options);
  const { axis, stride, dilation } = attrs;
  const length = x.shape[axis]!;
  if (length < reach(size, attrs.dilation)) {
    throw new ShapeError(
      `windows: ${describeValue(x)}: ${describeWindow(attrs)} does not fit on axis ${axis}, which has ${length} entries.`,
      "Make the window smaller, or pad the axis first.",
    );
  }
  const count = countIn(length, attrs);
  if (size === 1) return unsqueeze(slice(x, 0, length, { axis, step: stride }), axis + 1);
  // Side by side they are an axis seen as two.
  if (stride === size && dilation === 1) {
    return reshape(slice(x, 0, count * size, { axis }), x.shape.toSpliced(axis, 1, count, size));
  }
  return applyOp(windowsOp, [x], attrs)[0]!;
}

/**
 * Windows put back in their places on an axis of `length` entries, and added up where they overlap: the
 * adjoint of `windows`. The axis is that of the windows; the entries of each stand on the next one.
 *
 * Shapes: [count, size, ...], length -> [length, ...]
 * Gradient: dx = windows(dy, size)
 * Throws: ShapeError for an axis that is not there or is the last one, a length that has another number of
 * windows, or a stride or dilation that is no whole number from 1 on; DTypeError for bool.
 *
 *     overlapAdd(frames, samples, { stride: hop }); // a signal from frames that overlap
 */
export function overlapAdd(x: Value, length: number, options: WindowOptions = {}): Value {
  expectNumbers("overlapAdd", x);
  const axis = normalizeAxis("overlapAdd", options.axis ?? 0, x);
  const size = x.shape[axis + 1];
  if (size === undefined) {
    throw new ShapeError(
      `overlapAdd: ${describeValue(x)} has no axis behind ${axis} for the entries of each window.`,
    );
  }
  const attrs = attrsOf("overlapAdd", x, size, axis, options);
  const count = x.shape[axis]!;
  if (Number.isInteger(length) && count > 0 && countIn(length, attrs) === count) {
    return applyOp(overlapAddOp, [x], { ...attrs, length })[0]!;
  }
  const least = (count - 1) * attrs.stride + reach(size, attrs.dilation);
  throw new ShapeError(
    `overlapAdd: ${describeValue(x)}: an axis of ${length} entries does not have ${count} windows of ${size}.`,
    count === 0
      ? "Give one window or more."
      : `Give a length of ${least}${attrs.stride === 1 ? "" : ` to ${least + attrs.stride - 1}`}.`,
  );
}

/** Read the options of a call. Throws: ShapeError for what is no whole number from 1 on. */
function attrsOf(
  op: string,
  x: Value,
  size: number,
  axis: number,
  { stride = 1, dilation = 1 }: WindowOptions,
): WindowAttrs {
  for (const [name, number] of Object.entries({ size, stride, dilation })) {
    if (Number.isInteger(number) && number >= 1) continue;
    throw new ShapeError(
      `${op}: ${describeValue(x)}: the ${name} is ${number}.`,
      "It is a whole number from 1 on.",
    );
  }
  return { axis, size, stride, dilation };
}

const describeWindow = ({ size, dilation }: WindowAttrs): string =>
  `a window of ${size}${dilation === 1 ? "" : ` entries ${dilation} apart`}`;
