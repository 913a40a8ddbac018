import { ShapeError } from "../tensor/error.ts";
import { describeValue, type Value } from "../graph/node.ts";
import { div } from "./arithmetic.ts";
import { normalizeAxes, normalizeAxis } from "./axis.ts";
import { sum } from "./broadcast.ts";
import { expectFloats, expectNumbers } from "./expect.ts";
import { full } from "./full.ts";
import { max } from "./reduce.ts";
import { insideOf, paddingOf, slide, type Padding, type Slide } from "./slide.ts";

/** Which windows are pooled. A list has an entry for each axis. */
export interface PoolOptions {
  /** Default: [-3, -2], height and width of images whose channels are last. That of time is 0. */
  readonly axis?: number | readonly number[];
  /** How far from one window to the next. Default: the size, so that they lie side by side. */
  readonly stride?: number | readonly number[];
  /** Places at the ends of an axis that hold no entry and do not count. Default: 0. */
  readonly padding?: number | "same" | readonly Padding[];
}

/**
 * The largest entry of every window.
 *
 * Shapes: [..., H, W, C] -> [..., H', W', C] with H' = floor((H + padding - size) / stride) + 1, and W' alike.
 * Gradient: dx = dy at the largest entry of a window, summed over windows that overlap; equal ones share it equally.
 * Throws: ShapeError when a window does not fit, a number is none, or a window would lie in the padding;
 * DTypeError for bool.
 *
 *     maxPool(image, 2); // of every four neighbours one: [B, H, W, C] -> [B, H / 2, W / 2, C]
 */
export function maxPool(x: Value, size: number | readonly number[], options: PoolOptions = {}): Value {
  expectNumbers("maxPool", x);
  const along = slidesOf("maxPool", x, size, options);
  const lowest = x.type.dtype === "i32" ? -(2 ** 31) : -Infinity;
  return max(slide(`maxPool: ${describeValue(x)}`, x, along, lowest), { axis: insideOf(along) });
}

/**
 * The mean of every window, over those of its entries that do not lie in the padding.
 *
 * Shapes: [..., H, W, C] -> [..., H', W', C] with H' = floor((H + padding - size) / stride) + 1, and W' alike.
 * Gradient: dx = dy / n at the n entries of a window, summed over windows that overlap.
 * Throws: ShapeError when a window does not fit, a number is none, or a window would lie in the padding;
 * DTypeError for all but floats.
 *
 *     averagePool(hs, 3, { axis: 0, stride: 1 }); // a moving average over time: [T, B, H] -> [T - 2, B, H]
 */
export function averagePool(x: Value, size: number | readonly number[], options: PoolOptions = {}): Value {
  expectFloats("averagePool", [x]);
  const along = slidesOf("averagePool", x, size, options);
  const shape = x.shape.map((n, axis) => (along.some((one) => one.axis === axis) ? n : 1));
  const [total, count] = [x, full(1, { ...x.type, shape })].map((values) =>
    sum(slide(`averagePool: ${describeValue(x)}`, values, along), { axis: insideOf(along) }),
  );
  return div(total!, count!);
}

/** The windows of a call, in ascending order of their axes. */
function slidesOf(
  op: string,
  x: Value,
  size: number | readonly number[],
  { axis = [-3, -2], stride = size, padding = 0 }: PoolOptions,
): readonly Slide[] {
  const call = `${op}: ${describeValue(x)}`;
  const axes = [axis].flat().map((one) => normalizeAxis(op, one, x));
  normalizeAxes(op, axes, x);
  const perAxis = <One extends number | string, Each>(
    name: string,
    option: One | readonly Each[],
  ): readonly (One | Each)[] => {
    if (typeof option !== "object") return axes.map(() => option);
    if (option.length === axes.length) return option;
    throw new ShapeError(`${call}: the ${name} has ${option.length} entries, for ${axes.length} axes.`);
  };
  const sizes = perAxis("size", size);
  const strides = perAxis("stride", stride);
  const paddings = perAxis("padding", padding);
  const along = axes
    .map((one, i) => ({
      axis: one,
      size: sizes[i]!,
      stride: strides[i]!,
      padding: paddings[i]!,
      dilation: 1,
    }))
    .sort((a, b) => a.axis - b.axis);
  for (const one of along) {
    const length = x.shape[one.axis]!;
    const most = Math.max(...paddingOf(call, length, one));
    if (most < one.size && length > 0) continue;
    throw new ShapeError(
      `${call}: with a padding of ${most} on axis ${one.axis} a window of ${one.size} has no entry.`,
      "Every window needs one: pad less, and no empty axis.",
    );
  }
  return along;
}
