import {
  all,
  any,
  argmax,
  broadcastTo,
  cumsum,
  div,
  flip,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  prod,
  reshape,
  softmax,
  standardize,
  sum,
  variance,
  type DType,
  type ReduceOptions,
  type Tensor,
  type Value,
} from "@unroll/core";
import fc from "fast-check";
import {
  anyInteger,
  arbitraryShape,
  arbitraryTensor,
  distinct,
  integers,
  interval,
  oneOf,
  truthValues,
  type Domain,
  type ShapeBounds,
} from "../arbitraries.ts";
import { anyAxis, axesIn, axisIn, front, isAxis } from "./axes.ts";
import { alongAxis, reduce, total, wrapped, type NumberArray } from "./number-array.ts";
import { floats, illegalUnary, numeric, printed, type Rows, type Sample } from "./sample.ts";

type Row = readonly number[];

const domainOf = (dtype: DType, floats: Domain = interval(-2, 2)): Domain =>
  dtype === "i32" ? anyInteger : dtype === "bool" ? truthValues : floats;

/** How many numbers become one. */
interface ReductionRow extends Partial<Pick<Sample, "dtypes" | "order" | "reason">> {
  readonly domain?: Domain;
  readonly bounds?: ShapeBounds;
  /** Whether only one axis can be named. */
  readonly single?: true;
  formula(xs: Row, dtype: DType): number;
  magnitude?(xs: Row): number;
  /** For rows of so many numbers. */
  roundings(count: number): number;
  /** For a linear op its adjoint: from a cotangent with kept axes. */
  adjoint?(u: Value, x: Value, count: number): Value;
}

function reductionSample(op: (x: Value, options?: ReduceOptions) => Value, row: ReductionRow): Sample {
  const { dtypes = floats, order = 2, reason, domain, bounds, single, formula, magnitude, adjoint } = row;
  const optionsFor = (rank: number): fc.Arbitrary<ReduceOptions> =>
    fc.record(
      {
        axis: fc.oneof(...(single ? [] : [axesIn(rank)]), ...(rank > 0 ? [axisIn(rank)] : [])),
        keepDims: fc.boolean(),
      },
      { requiredKeys: [] },
    );
  return {
    dtypes,
    order,
    ...(reason !== undefined && { reason }),
    cases: (dtype) =>
      arbitraryShape(bounds)
        .chain((shape) =>
          fc.tuple(
            arbitraryTensor({ dtype, shape }, domainOf(dtype, domain)),
            single && shape.length === 0 ? fc.constant({}) : optionsFor(shape.length),
          ),
        )
        .map(([x, options]: readonly [Tensor, ReduceOptions]) => {
          const { axis, keepDims } = options;
          const rank = x.shape.length;
          const axes =
            axis === undefined ? [...Array(rank).keys()] : [axis].flat().map((one) => front(one, rank));
          const apply = (value: NumberArray, f: (xs: Row) => number): NumberArray => {
            const whole = reduce(value, axes, f);
            return keepDims ? whole : { ...whole, shape: whole.shape.filter((_, i) => !axes.includes(i)) };
          };
          const count = axes.reduce((n, one) => n * x.shape[one]!, 1);
          const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
          return printed({
            inputs: [x],
            call: (value) => op(value, options),
            formula: (value) => apply(value, (xs) => formula(xs, dtype)),
            ...(magnitude && { magnitude: (value: NumberArray | undefined) => apply(value!, magnitude) }),
            roundings: row.roundings(count),
            ...(adjoint && {
              linear: [0],
              adjoint: (u: Value, value: Value | undefined) => adjoint(reshape(u, kept), value!, count),
            }),
          });
        }),
    illegal: illegalUnary(
      anyAxis,
      (x, axis) => op(x, { axis }),
      (shape, axis) => isAxis(axis, shape),
      dtypes[0],
    ),
  };
}

/** What becomes of the numbers along one axis, the last one by default. */
interface AxisRow {
  readonly dtypes?: readonly DType[];
  formula(xs: Row, dtype: DType): Row;
  magnitude?(xs: Row): Row;
  roundings(count: number): number;
  adjoint?(u: Value, options: { readonly axis?: number }): Value;
}

function axisSample(op: (x: Value, options?: { readonly axis?: number }) => Value, row: AxisRow): Sample {
  const { dtypes = floats, formula, magnitude, adjoint } = row;
  return {
    dtypes,
    order: 2,
    cases: (dtype) =>
      arbitraryShape({ minRank: 1 })
        .chain((shape) =>
          fc.tuple(
            arbitraryTensor({ dtype, shape }, domainOf(dtype)),
            fc.record({ axis: axisIn(shape.length) }, { requiredKeys: [] }),
          ),
        )
        .map(([x, options]) => {
          const axis = front(options.axis ?? -1, x.shape.length);
          return printed({
            inputs: [x],
            call: (value) => op(value, options),
            formula: (value) => alongAxis(value, axis, (xs) => formula(xs, dtype)),
            ...(magnitude && {
              magnitude: (value: NumberArray | undefined) => alongAxis(value!, axis, magnitude),
            }),
            roundings: row.roundings(x.shape[axis]!),
            ...(adjoint && { linear: [0], adjoint: (u: Value) => adjoint(u, options) }),
          });
        }),
    illegal: illegalUnary(
      anyAxis,
      (x, axis) => op(x, { axis }),
      (shape, axis) => isAxis(axis, shape),
      dtypes[0],
    ),
  };
}

const sizes = (xs: Row): number => total(xs.map(Math.abs));
const largest = (xs: Row): number => Math.max(0, ...xs.map(Math.abs));
const average = (xs: Row): number => total(xs) / xs.length;
const spread = (xs: Row): number => average(xs.map((x) => (x - average(xs)) ** 2));
const exps = (xs: Row): number => total(xs.map(Math.exp));
const ulp4 = 8;

/** Upper limits of the distances from the mean, to which the errors of these distances are relative. */
const reaches = (xs: Row): Row => xs.map((x) => Math.abs(x) + average(xs.map(Math.abs)));

const epsilon = 0.25;

type Names =
  | "all"
  | "any"
  | "argmax"
  | "cumsum"
  | "logSoftmax"
  | "logSumExp"
  | "max"
  | "mean"
  | "min"
  | "prod"
  | "softmax"
  | "standardize"
  | "sum"
  | "variance";

/** Rows of ops that make one number of many, and of those that do so on their way. */
export const reductions: Rows<Names> = {
  sum: reductionSample(sum, {
    dtypes: numeric,
    formula: (xs, dtype) => (dtype === "i32" ? wrapped(xs) : total(xs)),
    magnitude: sizes,
    roundings: (count) => count,
    adjoint: (u, x) => broadcastTo(u, x.shape),
  }),
  mean: reductionSample(mean, {
    formula: average,
    magnitude: (xs) => sizes(xs) / xs.length,
    roundings: (count) => count + 1,
    adjoint: (u, x, count) => broadcastTo(div(u, count), x.shape),
  }),
  // A distance from the mean is off by n + 2 roundings of its reach, so its square by twice that.
  variance: reductionSample(variance, {
    formula: spread,
    magnitude: (xs) => average(reaches(xs).map((x) => x * x)),
    roundings: (count) => 3 * count + 7,
  }),
  max: reductionSample(max, {
    dtypes: numeric,
    domain: distinct(-2, 2),
    formula: (xs, dtype) => Math.max(dtype === "i32" ? -(2 ** 31) : -Infinity, ...xs),
    roundings: () => 0,
  }),
  min: reductionSample(min, {
    dtypes: numeric,
    domain: distinct(-2, 2),
    formula: (xs, dtype) => Math.min(dtype === "i32" ? 2 ** 31 - 1 : Infinity, ...xs),
    roundings: () => 0,
  }),
  // Zeros, or numbers that are not close to it: beside many small ones a slope is lost.
  prod: reductionSample(prod, {
    dtypes: numeric,
    domain: oneOf(interval(-2, 2, { avoid: [0], gap: 0.5 }), integers(0, 0)),
    formula: (xs, dtype) => xs.reduce((a, b) => (dtype === "i32" ? Math.imul(a, b) : a * b), 1),
    roundings: (count) => count,
  }),
  argmax: reductionSample(argmax as typeof sum, {
    dtypes: numeric,
    single: true,
    bounds: { minSize: 1 },
    order: 0,
    reason: "a position is an integer",
    formula: (xs) => xs.indexOf(Math.max(...xs)),
    roundings: () => 0,
  }),
  any: reductionSample(any, {
    dtypes: ["bool"],
    order: 0,
    reason: "a truth value has no derivative",
    formula: (xs) => Number(xs.includes(1)),
    roundings: () => 0,
  }),
  all: reductionSample(all, {
    dtypes: ["bool"],
    order: 0,
    reason: "a truth value has no derivative",
    formula: (xs) => Number(!xs.includes(0)),
    roundings: () => 0,
  }),
  // Off by the relative error of the sum of exponentials, which is that of n + 9 roundings and of the differences
  // x - max, by that of the logarithm, which is at most n, and of one sum.
  logSumExp: reductionSample(logSumExp, {
    formula: (xs) => Math.log(exps(xs)),
    magnitude: (xs) => 1 + 2 * largest(xs) + Math.abs(xs.length > 0 ? Math.log(exps(xs)) : 0),
    roundings: (count) => (ulp4 + 1) * (count + 2),
  }),
  // A share is off by the errors of its exponential and of the sum of all, and of the differences x - max in both.
  softmax: axisSample(softmax, {
    formula: (xs) => xs.map((x) => Math.exp(x) / exps(xs)),
    magnitude: (xs) => xs.map((x) => (1 + 4 * largest(xs)) * (Math.exp(x) / exps(xs))),
    roundings: (count) => count + 2 * ulp4 + 2,
  }),
  logSoftmax: axisSample(logSoftmax, {
    formula: (xs) => xs.map((x) => x - Math.log(exps(xs))),
    magnitude: (xs) => xs.map((x) => 1 + 4 * largest(xs) + Math.abs(x - Math.log(exps(xs)))),
    roundings: (count) => (ulp4 + 1) * (count + 2),
  }),
  // The distance from the mean is relative to its reach and the deviation to that of all: both are divided by it. A
  // large epsilon, because a row of two numbers and no epsilon is 1 and -1 whatever they are, and has no slope.
  standardize: axisSample((x, options) => standardize(x, { ...options, epsilon }), {
    formula: (xs) => xs.map((x) => (x - average(xs)) / Math.sqrt(spread(xs) + epsilon)),
    magnitude: (xs) => {
      const variance = spread(xs) + epsilon;
      const condition = 1 + average(reaches(xs).map((x) => x * x)) / variance;
      return reaches(xs).map((x) => (x * condition) / Math.sqrt(variance));
    },
    roundings: (count) => 4 * count + 12,
  }),
  cumsum: axisSample(cumsum, {
    dtypes: numeric,
    formula: (xs, dtype) => xs.map((_, i) => (dtype === "i32" ? wrapped : total)(xs.slice(0, i + 1))),
    magnitude: (xs) => xs.map((_, i) => sizes(xs.slice(0, i + 1))),
    roundings: (count) => count,
    adjoint: (u, { axis = -1 }) => flip(cumsum(flip(u, { axis }), { axis }), { axis }),
  }),
};
