import { ShapeError } from "../tensor/error.ts";
import { describeValue, type Value } from "../graph/node.ts";

/**
 * An axis counted from the front; -1 is the last one.
 *
 * Throws: ShapeError that names the op, the axis and the rank.
 */
export function normalizeAxis(op: string, axis: number, x: Value): number {
  const rank = x.shape.length;
  if (isAxis(axis, rank)) return axis < 0 ? axis + rank : axis;
  throw new ShapeError(`${op}: ${describeValue(x)} has rank ${rank}, so ${axis} is not one of its axes.`);
}

/**
 * The place of a new axis in a value of one rank more; -1 puts it last.
 *
 * Throws: ShapeError that names the op, the axis and the rank of the result.
 */
export function normalizeNewAxis(op: string, axis: number, x: Value): number {
  const rank = x.shape.length + 1;
  if (isAxis(axis, rank)) return axis < 0 ? axis + rank : axis;
  throw new ShapeError(`${op}: ${describeValue(x)} gets rank ${rank}, so ${axis} is not one of its axes.`);
}

/**
 * The axes of a reduction, counted from the front and in ascending order: all of them when none is named.
 *
 * Throws: ShapeError for an axis that is not there or is named twice.
 */
export function normalizeAxes(
  op: string,
  axis: number | readonly number[] | undefined,
  x: Value,
): readonly number[] {
  if (axis === undefined) return [...x.shape.keys()];
  const axes = (typeof axis === "number" ? [axis] : axis).map((one) => normalizeAxis(op, one, x));
  const twice = axes.find((one, i) => axes.indexOf(one) !== i);
  if (twice !== undefined) {
    throw new ShapeError(`${op}: axis ${twice} of ${describeValue(x)} is named twice.`);
  }
  return axes.toSorted((a, b) => a - b);
}

const isAxis = (axis: number, rank: number): boolean =>
  Number.isInteger(axis) && axis >= -rank && axis < rank;
