import type { Tensor } from "@unroll/core";

/**
 * Numbers with a shape, row-major: what formulas take and give.
 *
 * Formulas say what ops mean, so they share no line with what they are compared with: there is nothing here but
 * JavaScript numbers and Math.
 */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** The numbers of a tensor. */
export const numbersOf = ({ shape, data }: Tensor): NumberArray => ({ shape, data: Array.from(data) });

/** The array with a number for every position. */
export const build = (
  shape: readonly number[],
  numberAt: (position: readonly number[]) => number,
): NumberArray => ({
  shape,
  data: positions(shape).map(numberAt),
});

/** All positions of a shape, in row-major order. */
export const positions = (shape: readonly number[]): (readonly number[])[] =>
  shape.reduce<(readonly number[])[]>(
    (outer, size) => outer.flatMap((position) => Array.from({ length: size }, (_, i) => [...position, i])),
    [[]],
  );

/**
 * The number at a position; the axes are the last ones of the position, and one of size 1 has its number everywhere.
 */
export function at({ shape, data }: NumberArray, position: readonly number[]): number {
  const own = position.slice(position.length - shape.length);
  return data[own.reduce((offset, i, axis) => offset * shape[axis]! + (shape[axis] === 1 ? 0 : i), 0)]!;
}

/** The array of f at every number. */
export const map = (f: (x: number) => number, { shape, data }: NumberArray): NumberArray => ({
  shape,
  data: data.map((x) => f(x)),
});

/** The sum of numbers. */
export const total = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0);

/** The sum of whole numbers, as an i32 holds it. */
export const wrapped = (xs: readonly number[]): number => xs.reduce((sum, x) => (sum + x) | 0, 0);

/** The array in which `f` makes one number of all along some axes, which stay as size 1. */
export function reduce(
  x: NumberArray,
  axes: readonly number[],
  f: (row: readonly number[]) => number,
): NumberArray {
  const isReduced = (_: number, axis: number): boolean => axes.includes(axis);
  const kept = x.shape.map((size, axis) => (isReduced(size, axis) ? 1 : size));
  const inside = positions(x.shape.map((size, axis) => (isReduced(size, axis) ? size : 1)));
  return build(kept, (p) =>
    f(
      inside.map((q) =>
        at(
          x,
          p.map((i, axis) => i + q[axis]!),
        ),
      ),
    ),
  );
}

/** The array in which `f` makes as many numbers of those along an axis. */
export const alongAxis = (
  x: NumberArray,
  axis: number,
  f: (row: readonly number[]) => readonly number[],
): NumberArray =>
  build(
    x.shape,
    (p) => f(Array.from({ length: x.shape[axis]! }, (_, i) => at(x, p.with(axis, i))))[p[axis]!]!,
  );
