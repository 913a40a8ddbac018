import type { Shape } from "@unroll/core";
import fc from "fast-check";

/** An axis of a shape, counted from either end. */
export const axisIn = (rank: number): fc.Arbitrary<number> => fc.integer({ min: -rank, max: rank - 1 });

/** Some axes of a shape in any order, counted from either end. */
export const axesIn = (rank: number): fc.Arbitrary<readonly number[]> =>
  fc
    .tuple(fc.shuffledSubarray([...Array(rank).keys()]), fc.nat(7))
    .map(([axes, behind]) => axes.map((axis, i) => ((behind >> i) & 1 ? axis - rank : axis)));

/** All axes in another order. */
export const permutation = (rank: number): fc.Arbitrary<readonly number[]> =>
  fc.shuffledSubarray([...Array(rank).keys()], { minLength: rank });

/** A number that may be an axis, and may be none. */
export const anyAxis: fc.Arbitrary<number> = fc.integer({ min: -5, max: 5 });

/** Whether a shape has the axis, counted from either end. */
export const isAxis = (axis: number, { length }: Shape): boolean => axis >= -length && axis < length;

/** An axis counted from the front. */
export const front = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
