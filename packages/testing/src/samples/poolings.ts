import { averagePool, maxPool, type PoolOptions, type Value } from "@unroll/core";
import fc from "fast-check";
import { anyInteger, arbitraryShape, arbitraryTensor, distinct, type Domain } from "../arbitraries.ts";
import { at, build, map, positions, total, type NumberArray } from "./number-array.ts";
import { floats, numeric, printed, type IllegalCall, type Rows, type Sample } from "./sample.ts";
import { arbitrarySlide, starts, type Slide } from "./slides.ts";

type Pool = (x: Value, size: number | readonly number[], options?: PoolOptions) => Value;

/** Windows side by side or not, none of which lies in the padding. */
const arbitraryPool: fc.Arbitrary<Slide> = arbitrarySlide
  .map((along) => ({ ...along, dilation: 1 }))
  .filter((along) => {
    const isInside = (start: number): boolean => start + along.size > 0 && start < along.length;
    const places = starts(along);
    const padding = typeof along.padding === "object" ? along.padding : [along.padding, 0];
    return (
      places.length > 0 && places.every(isInside) && padding.every((n) => n === "same" || n < along.size)
    );
  });

/** `join` of the entries of every window: x is [front, pooled axes..., channels]. */
const pooled = (
  x: NumberArray,
  along: readonly Slide[],
  join: (xs: readonly number[]) => number,
): NumberArray => {
  const places = along.map(starts);
  const inside = positions(along.map(({ size }) => size));
  return build([x.shape[0]!, ...places.map(({ length }) => length), x.shape.at(-1)!], (p) => {
    const entries = inside.map((q) => q.map((i, k) => places[k]![p[k + 1]!]! + i));
    const there = entries.filter((entry) => entry.every((i, k) => i >= 0 && i < along[k]!.length));
    return join(there.map((entry) => at(x, [p[0]!, ...entry, p.at(-1)!])));
  });
};

interface PoolRow extends Pick<Sample, "dtypes"> {
  readonly domain?: Domain;
  readonly linear?: readonly number[];
  join(xs: readonly number[]): number;
  /** For windows of so many entries. */
  roundings(count: number): number;
}

const poolSample = (op: Pool, { dtypes, domain, linear, join, roundings }: PoolRow): Sample => ({
  dtypes,
  order: 2,
  cases: (dtype) =>
    fc
      .tuple(fc.nat(2), fc.array(arbitraryPool, { minLength: 1, maxLength: 2 }), fc.nat(2))
      .chain(([batch, along, channels]) => {
        const shape = [batch, ...along.map(({ length }) => length), channels];
        const numbers = dtype === "i32" ? anyInteger : domain;
        return fc.tuple(arbitraryTensor({ dtype, shape }, numbers), fc.constant(along));
      })
      .map(([x, along]) => {
        const all = {
          axis: along.map((_, i) => i + 1),
          stride: along.map(({ stride }) => stride),
          padding: along.map(({ padding }) => padding),
        };
        const sizes = along.map(({ size }) => size);
        return printed({
          inputs: [x],
          call: (value) => op(value, sizes, all),
          formula: (value) => pooled(value, along, join),
          magnitude: (value) => pooled(map(Math.abs, value), along, join),
          roundings: roundings(sizes.reduce((product, size) => product * size, 1)),
          ...(linear && { linear }),
        });
      }),
  illegal: fc
    .tuple(arbitraryShape({ maxRank: 4 }), fc.integer({ min: 1, max: 4 }))
    .filter(([shape, size]) => shape.length < 3 || shape.slice(-3, -1).some((length) => length < size))
    .map(([shape, size]): IllegalCall => ({
      types: [{ dtype: dtypes[0]!, shape }],
      call: (x) => op(x, size),
    })),
});

/** Rows of what becomes of windows. */
export const poolings: Rows<"averagePool" | "maxPool"> = {
  maxPool: poolSample(maxPool, {
    dtypes: numeric,
    domain: distinct(-2, 2),
    join: (xs) => Math.max(...xs),
    roundings: () => 0,
  }),
  averagePool: poolSample(averagePool, {
    dtypes: floats,
    linear: [0],
    join: (xs) => total(xs) / xs.length,
    roundings: (count) => count + 1,
  }),
};
