import type { TypedArray } from "@unroll/core";

/** The root of the sum of squares. */
export const norm = (numbers: ArrayLike<number>): number =>
  Math.sqrt(Array.from(numbers).reduce((sum, x) => sum + x * x, 0));

/** The norms of equal parts of an array, one after another. */
export function normsOfParts(numbers: TypedArray, parts: number): readonly number[] {
  const size = parts === 0 ? 0 : numbers.length / parts;
  return Array.from({ length: parts }, (_, i) => norm(numbers.subarray(i * size, (i + 1) * size)));
}

/** How often numbers fall between two borders. */
export interface Histogram {
  /** One more than there are counts. */
  readonly borders: readonly number[];
  readonly counts: readonly number[];
  /** Numbers that are not finite, and in no bin. */
  readonly nonFinite: number;
}

/** As many bins of one width as are asked for, from the smallest finite number to the largest. */
export function histogramOf(numbers: TypedArray, bins: number): Histogram {
  const finite = Array.from(numbers).filter(Number.isFinite);
  const [from, to] = finite.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);
  const nonFinite = numbers.length - finite.length;
  if (finite.length === 0) return { borders: [], counts: [], nonFinite };
  // Numbers that are all the same fill one bin of some width.
  const width = to > from ? (to - from) / bins : 1 / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const x of finite) counts[Math.min(bins - 1, Math.floor((x - from) / width))]!++;
  return { borders: Array.from({ length: bins + 1 }, (_, i) => from + i * width), counts, nonFinite };
}
