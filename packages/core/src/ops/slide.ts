import { ShapeError } from "../tensor/error.ts";
import type { Value } from "../graph/node.ts";
import { pad } from "./slice.ts";
import { reach, windows } from "./windows.ts";

/**
 * Entries around an axis: as many at both ends, or `[before, after]`. "same": as few as it takes for
 * ceil(n / stride) windows, the odd one at the end.
 */
export type Padding = number | "same" | readonly [before: number, after: number];

/** How a window moves along one axis. */
export interface Slide {
  readonly axis: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: Padding;
}

/**
 * The windows along several axes in ascending order, with `value` around the axes. The entries of each window stand
 * behind its place, axis by axis.
 *
 * Throws: ShapeError that begins with `call`.
 */
export function slide(call: string, x: Value, along: readonly Slide[], value = 0): Value {
  const padded = along.reduce((values, one) => {
    const [before, after] = paddingOf(call, x.shape[one.axis]!, one);
    return pad(values, before, after, { axis: one.axis, value });
  }, x);
  // From the last axis to the first: those in front stay where they are.
  return along.reduceRight((values, { size, ...options }) => windows(values, size, options), padded);
}

/** The axes of the entries of windows that `slide` has laid out. */
export const insideOf = (along: readonly Slide[]): readonly number[] =>
  along.map(({ axis }, i) => axis + i + 1);

/** How many entries are put around an axis. Throws: ShapeError for numbers that are none, and when no window fits. */
export function paddingOf(
  call: string,
  length: number,
  { axis, size, stride, dilation, padding }: Slide,
): readonly [before: number, after: number] {
  for (const [name, number] of Object.entries({ size, stride, dilation })) {
    if (Number.isInteger(number) && number >= 1) continue;
    throw new ShapeError(
      `${call}: the ${name} on axis ${axis} is ${number}.`,
      "It is a whole number from 1 on.",
    );
  }
  const least = reach(size, dilation);
  const [before, after] = ends(
    padding,
    Math.max(0, (Math.ceil(length / stride) - 1) * stride + least - length),
  );
  const wrong = [before, after].find((count) => !Number.isInteger(count) || count < 0);
  if (wrong !== undefined) {
    throw new ShapeError(
      `${call}: the padding on axis ${axis} is ${wrong}.`,
      'It is a whole number from 0 on, [before, after], or "same".',
    );
  }
  if (before + length + after >= least) return [before, after];
  throw new ShapeError(
    `${call}: a window of ${least} does not fit on axis ${axis}, which has ${before + length + after} entries with its padding.`,
    `Make the window smaller, or pad by ${least - length} or more.`,
  );
}

/** Padding in numbers. `missing`: how many entries "same" puts in. */
function ends(padding: Padding, missing: number): readonly [before: number, after: number] {
  if (padding === "same") return [Math.floor(missing / 2), Math.ceil(missing / 2)];
  return typeof padding === "number" ? [padding, padding] : padding;
}
