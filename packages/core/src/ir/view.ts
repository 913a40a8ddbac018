import { InternalError } from "../tensor/error.ts";
import { rowMajor, type DType, type Shape } from "../tensor/type.ts";

/** A size and a stride, in elements. Stride 0 repeats, a negative stride flips. */
export type Factor = readonly [size: number, stride: number];

/** An axis: its factors from outer to inner; its size is their product. No factor has size 1. */
export type Axis = readonly Factor[];

export type LoopId = number;

/** Adds `stride * (t mod period)` to the address in turn t of a loop. Without a period: `stride * t`. */
export interface Step {
  readonly loop: LoopId;
  readonly stride: number;
  readonly period?: number;
}

/** Memory that a program uses; its size in elements of its dtype. */
export interface Buffer {
  readonly id: number;
  /** For `explain` and reports. */
  readonly name: string;
  readonly dtype: DType;
  readonly size: number;
  /** `panels`: a copy of an operand in the order in which a contraction reads it. */
  readonly role: "input" | "output" | "constant" | "temporary" | "panels";
}

/** Where a kernel's operand lies: movement ops (transpose, slice, broadcast, ...) change this and no number. */
export interface View {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly axes: readonly Axis[];
  /** How it moves with the enclosing loops. */
  readonly steps: readonly Step[];
}

export const axisSize = (axis: Axis): number => axis.reduce((size, [factor]) => size * factor, 1);

export const viewShape = (view: View): Shape => view.axes.map(axisSize);

const axisOf = (size: number, stride: number): Axis => (size === 1 ? [] : [[size, stride]]);

/** The whole of a buffer as a row-major array. */
export function compactView(buffer: Buffer, shape: Shape): View {
  const strides = rowMajor(shape);
  return { buffer, offset: 0, axes: shape.map((size, axis) => axisOf(size, strides[axis]!)), steps: [] };
}

/** Axis i of the result is axis `order[i]` of the view. */
export const permute = (view: View, order: readonly number[]): View => ({
  ...view,
  axes: order.map((axis) => view.axes[axis]!),
});

/** Repeat axes of size 1, and put new ones in front, until the view has `shape`. */
export function broadcastView(view: View, shape: Shape): View {
  const added = shape.length - view.axes.length;
  const axes = shape.map((size, i): Axis => {
    const axis = view.axes[i - added] ?? [];
    return axisSize(axis) === size ? axis : axisOf(size, 0);
  });
  return { ...view, axes };
}

/** Insert an axis of `size` that repeats the view. */
export const insertAxis = (view: View, at: number, size: number): View => ({
  ...view,
  axes: view.axes.toSpliced(at, 0, axisOf(size, 0)),
});

/** Fix the coordinate of an axis, which disappears. */
export function selectView(view: View, axis: number, at: number): View {
  let [offset, rest] = [view.offset, at];
  for (const [size, stride] of view.axes[axis]!.toReversed()) {
    offset += (rest % size) * stride;
    rest = Math.floor(rest / size);
  }
  return { ...view, offset, axes: view.axes.toSpliced(axis, 1) };
}

/** `count` coordinates of an axis from `start` on, `step` apart. Undefined when factors stand in the way. */
export function sliceView(
  view: View,
  axis: number,
  start: number,
  count: number,
  step: number,
): View | undefined {
  const factors = mergeFactors(view.axes[axis]!);
  if (factors.length > 1) return undefined;
  const stride = factors[0]?.[1] ?? 0;
  return {
    ...view,
    offset: view.offset + (count === 0 ? 0 : start * stride),
    axes: view.axes.with(axis, axisOf(count, stride * step)),
  };
}

/**
 * The row of the first axis that belongs to a turn of a loop: row t in turn t, or counted from the last when reversed.
 * Undefined when that axis has several factors.
 */
export function rowView(view: View, loop: LoopId, reverse: boolean): View | undefined {
  const factors = mergeFactors(view.axes[0]!);
  if (factors.length > 1) return undefined;
  const row = selectView(reverse ? flipView(view, 0) : view, 0, 0);
  const [length, stride] = factors[0] ?? [1, 0];
  return length > 1 ? { ...row, steps: [...row.steps, { loop, stride: reverse ? -stride : stride }] } : row;
}

/**
 * Windows along an axis: `count` of them, `stride` apart, each of `size` elements that are `dilation` apart. Their axis
 * stands behind that of the count, and they may overlap. Undefined when factors stand in the way.
 */
export function windowView(
  view: View,
  axis: number,
  count: number,
  stride: number,
  size: number,
  dilation: number,
): View | undefined {
  const factors = mergeFactors(view.axes[axis]!);
  if (factors.length > 1) return undefined;
  const step = factors[0]?.[1] ?? 0;
  const axes = view.axes.toSpliced(axis, 1, axisOf(count, stride * step), axisOf(size, dilation * step));
  return { ...view, axes };
}

/** Run through an axis backwards. */
export function flipView(view: View, axis: number): View {
  const factors = view.axes[axis]!;
  if (axisSize(factors) === 0) return view;
  const last = factors.reduce((offset, [size, stride]) => offset + (size - 1) * stride, 0);
  const flipped = factors.map(([size, stride]): Factor => [size, -stride]);
  return { ...view, offset: view.offset + last, axes: view.axes.with(axis, flipped) };
}

/** The same elements in the same order under another shape. Undefined when a factor would have to be cut unevenly. */
export function reshapeView(view: View, shape: Shape): View | undefined {
  if (shape.includes(0)) return { ...view, axes: shape.map((size) => axisOf(size, 0)) };
  const pending = mergeFactors(view.axes.flat()).toReversed();
  const axes: Axis[] = [];
  for (let i = shape.length - 1; i >= 0; i--) {
    const taken = takeFactors(pending, shape[i]!);
    if (!taken) return undefined;
    axes.unshift(taken);
  }
  return { ...view, axes };
}

/**
 * Take `size` elements' worth of factors from the innermost end of `pending` (innermost first), cutting one if need be.
 */
function takeFactors(pending: Factor[], size: number): Axis | undefined {
  const taken: Factor[] = [];
  while (size > 1) {
    const [n, stride] = pending.shift() ?? [1, 0];
    if (size % n === 0 && n > 1) {
      taken.unshift([n, stride]);
      size /= n;
    } else if (n % size === 0 && n > size) {
      taken.unshift([size, stride]);
      pending.unshift([n / size, stride * size]);
      size = 1;
    } else {
      return undefined;
    }
  }
  return taken;
}

/** Neighbouring factors that run on as one are one; factors of size 1 vanish. */
export function mergeFactors(axis: Axis): Axis {
  const merged: Factor[] = [];
  for (const [size, stride] of axis) {
    if (size === 1) continue;
    const outer = merged.at(-1);
    if (outer && outer[1] === size * stride) merged[merged.length - 1] = [outer[0] * size, stride];
    else merged.push([size, stride]);
  }
  return merged;
}

/** An axis as one size and one stride, for kernels that index it. */
export function simpleAxis(view: View, axis: number): { readonly size: number; readonly stride: number } {
  const factors = mergeFactors(view.axes[axis]!);
  if (factors.length > 1)
    throw new InternalError(`axis ${axis} of ${view.buffer.name} is not contiguous enough to be indexed`);
  return { size: factors[0]?.[0] ?? 1, stride: factors[0]?.[1] ?? 0 };
}

/** Whether two views are the same elements in the same order, at every turn. */
export const sameView = (a: View, b: View): boolean =>
  a.buffer === b.buffer &&
  a.offset === b.offset &&
  JSON.stringify([a.axes.map(mergeFactors), a.steps]) === JSON.stringify([b.axes.map(mergeFactors), b.steps]);
