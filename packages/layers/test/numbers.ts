import { fromArray, hostRandom, type Tensor } from "@unroll/core";

/**
 * A tensor in f64 of numbers that look random and are the same in every run: normal, with the given
 * deviation.
 */
export function numbers(shape: readonly number[], seed: number | string, deviation = 1): Tensor {
  const random = hostRandom(0, `numbers ${seed}`);
  const size = shape.reduce((product, one) => product * one, 1);
  return fromArray(
    { dtype: "f64", shape },
    Float64Array.from({ length: size }, () => deviation * random.normal()),
  );
}

/** The rows of a tensor of numbers, however deep they are. */
export type Nested = number | readonly Nested[];

/** A tensor as nested arrays. */
export function nested({ data, shape }: Tensor): Nested {
  const cut = (from: number, [size, ...rest]: readonly number[]): Nested => {
    if (size === undefined) return data[from]!;
    const step = rest.reduce((product, one) => product * one, 1);
    return Array.from({ length: size }, (_, i) => cut(from + i * step, rest));
  };
  return cut(0, shape);
}

/** A tensor of two axes as rows. */
export const matrix = (x: Tensor): readonly (readonly number[])[] => nested(x) as readonly number[][];

/** The largest distance between two lists of numbers; infinite when they differ in length. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a).reduce((most, x, i) => {
    const apart = Math.abs(x - b[i]!);
    return apart <= most ? most : apart;
  }, 0);
}
