import { crossEntropy, iota, oneHot, scatterAdd, take, takeAlong, type Shape } from "@unroll/core";
import fc from "fast-check";
import { anyInteger, arbitraryShape, arbitraryTensor, integers } from "../arbitraries.ts";
import { anyAxis, axisIn, front, isAxis } from "./axes.ts";
import { at, build, map, positions, total, wrapped, type NumberArray } from "./number-array.ts";
import {
  everything,
  floats,
  illegalPairs,
  numeric,
  printed,
  type IllegalCall,
  type Rows,
  type Sample,
} from "./sample.ts";

/** Positions on an axis, and -1, which means none. */
const places = (size: number): ReturnType<typeof integers> => integers(-1, size - 1);

const small: Parameters<typeof arbitraryShape>[0] = { maxRank: 2 };

/** Whether an operand without an axis is refused by itself, whatever stands beside it. */
const isLone = (shape: Shape): boolean => shape.length === 0;

/** The row that stands at a number, and 0 where there is none. */
const rowAt = (x: NumberArray, axis: number, index: number, p: readonly number[]): number =>
  index < 0 ? 0 : at(x, p.toSpliced(axis, 0, index));

const takeSample: Sample = {
  dtypes: everything,
  order: 2,
  cases: (dtype) =>
    fc
      .tuple(arbitraryShape({ minRank: 1 }), arbitraryShape(small))
      .chain(([shape, places_]) => {
        return axisIn(shape.length).chain((axis) =>
          fc.tuple(
            arbitraryTensor({ dtype, shape }, dtype === "i32" ? anyInteger : undefined),
            arbitraryTensor({ dtype: "i32", shape: places_ }, places(shape.at(axis)!)),
            fc.constant(axis),
          ),
        );
      })
      .map(([x, index, axis]) => {
        const place = front(axis, x.shape.length);
        const rank = index.shape.length;
        return printed({
          inputs: [x, index],
          call: (value, i) => take(value, i, { axis }),
          formula: (value, i) =>
            build(x.shape.toSpliced(place, 1, ...index.shape), (p) =>
              rowAt(value, place, at(i, p.slice(place, place + rank)), p.toSpliced(place, rank)),
            ),
          roundings: 0,
          linear: [0],
          ...(dtype !== "bool" && {
            adjoint: (u, _, i) => scatterAdd(u, i, x.shape[place]!, { axis: place }),
          }),
        });
      }),
  illegal: fc
    .tuple(arbitraryShape(), anyAxis)
    .filter(([shape, axis]) => !isAxis(axis, shape))
    .map(([shape, axis]): IllegalCall => ({
      types: [{ dtype: "f32", shape }],
      call: (x) => take(x, iota(2), { axis }),
    })),
};

/** The sum of the rows of a source that go to each place. */
const scattered = (
  source: NumberArray,
  index: NumberArray,
  axis: number,
  size: number,
  sum: (xs: readonly number[]) => number,
): NumberArray => {
  const inside = positions(index.shape);
  return build(source.shape.toSpliced(axis, index.shape.length, size), (p) =>
    sum(inside.filter((q) => at(index, q) === p[axis]).map((q) => at(source, p.toSpliced(axis, 1, ...q)))),
  );
};

const scatterAddSample: Sample = {
  dtypes: numeric,
  order: 2,
  cases: (dtype) =>
    fc
      .tuple(arbitraryShape(small), arbitraryShape(small), fc.nat(2), fc.integer({ min: 0, max: 3 }))
      .chain(([columns, rows, where, size]) => {
        const axis = Math.min(where, columns.length);
        return fc.tuple(
          arbitraryTensor(
            { dtype, shape: columns.toSpliced(axis, 0, ...rows) },
            dtype === "i32" ? anyInteger : undefined,
          ),
          arbitraryTensor({ dtype: "i32", shape: rows }, places(size)),
          fc.constant({ axis, size }),
        );
      })
      .map(([source, index, { axis, size }]) =>
        printed({
          inputs: [source, index],
          call: (x, i) => scatterAdd(x, i, size, { axis }),
          formula: (x, i) => scattered(x, i, axis, size, dtype === "i32" ? wrapped : total),
          magnitude: (x, i) => scattered(map(Math.abs, x), i, axis, size, total),
          roundings: index.data.length,
          linear: [0],
          adjoint: (u, _, i) => take(u, i, { axis }),
        }),
      ),
  illegal: illegalPairs(
    (source, index) => scatterAdd(source, index, 3),
    (source, index) => source.slice(0, index.length).join() === index.join() && source.length >= index.length,
    ["f32", "i32"],
  ),
};

const takeAlongSample: Sample = {
  dtypes: everything,
  order: 2,
  cases: (dtype) =>
    fc
      .tuple(arbitraryShape({ minRank: 1 }), fc.nat(3), fc.nat(7))
      .chain(([shape, count, ones]) =>
        fc.record({ axis: axisIn(shape.length) }, { requiredKeys: [] }).chain((options) => {
          const axis = front(options.axis ?? -1, shape.length);
          const chosen = shape.map((size, i) => (i === axis ? count : (ones >> i) & 1 ? 1 : size));
          return fc.tuple(
            arbitraryTensor({ dtype, shape }, dtype === "i32" ? anyInteger : undefined),
            arbitraryTensor({ dtype: "i32", shape: chosen }, places(shape[axis]!)),
            fc.constant(options),
          );
        }),
      )
      .map(([x, index, options]) => {
        const axis = front(options.axis ?? -1, x.shape.length);
        return printed({
          inputs: [x, index],
          call: (value, i) => takeAlong(value, i, options),
          formula: (value, i) =>
            build(x.shape.with(axis, index.shape[axis]!), (p) =>
              rowAt(value, axis, at(i, along(i.shape, p)), p.toSpliced(axis, 1)),
            ),
          roundings: 0,
          linear: [0],
        });
      }),
  illegal: illegalPairs(
    (x, index) => takeAlong(x, index),
    (x, index) =>
      isLone(x) ||
      (x.length === index.length && x.slice(0, -1).every((size, i) => [1, size].includes(index[i]!))),
    ["f32", "i32"],
  ),
};

/** A position in an index, whose axes may have size 1 where those of the values are longer. */
const along = (shape: Shape, p: readonly number[]): readonly number[] =>
  p.map((i, axis) => (shape[axis] === 1 ? 0 : i));

const oneHotSample: Sample = {
  dtypes: everything,
  order: 0,
  reason: "a position has no derivative",
  cases: (dtype) =>
    fc
      .tuple(arbitraryShape(small), fc.nat(4))
      .chain(([shape, size]) =>
        fc.tuple(arbitraryTensor({ dtype: "i32", shape }, integers(-2, 4)), fc.constant(size)),
      )
      .map(([index, size]) =>
        printed({
          inputs: [index],
          call: (i) => oneHot(i, size, dtype),
          formula: (i) => build([...index.shape, size], (p) => Number(at(i, p.slice(0, -1)) === p.at(-1))),
          roundings: 0,
        }),
      ),
};

/** Nats that a target is off, by logits that are shares of their exponentials. */
function nats(logits: readonly number[], target: number): number {
  return target < 0 ? 0 : Math.log(total(logits.map((x) => Math.exp(x - logits[target]!))));
}

const crossEntropySample: Sample = {
  dtypes: floats,
  order: 2,
  cases: (dtype) =>
    fc
      .tuple(arbitraryShape(small), fc.integer({ min: 1, max: 4 }), fc.boolean())
      .chain(([shape, classes, isWeighted]) =>
        fc.tuple(
          arbitraryTensor({ dtype, shape: [...shape, classes] }),
          arbitraryTensor({ dtype: "i32", shape }, places(classes)),
          isWeighted ? arbitraryTensor({ dtype, shape: [classes] }) : fc.constant(undefined),
        ),
      )
      .map(([logits, targets, weights]) => {
        const rows =
          (f: (row: readonly number[], target: number) => number) =>
          (...xs: readonly NumberArray[]): NumberArray =>
            build(targets.shape, (p) => {
              const target = at(xs[1]!, p);
              const row = Array.from({ length: logits.shape.at(-1)! }, (_, i) => at(xs[0]!, [...p, i]));
              return target < 0 ? 0 : (xs[2]?.data[target] ?? 1) * f(row, target);
            });
        const reach = (row: readonly number[]): number => Math.max(...row.map(Math.abs));
        return printed({
          inputs: weights ? [logits, targets, weights] : [logits, targets],
          call: (x, t, w) => crossEntropy(x, t, w ? { weights: w } : {}),
          formula: rows(nats),
          // As for logSoftmax, and one product.
          magnitude: (...xs) =>
            map(Math.abs, rows((row, target) => 1 + 4 * reach(row) + Math.abs(nats(row, target)))(...xs)),
          roundings: 9 * (logits.shape.at(-1)! + 2) + 1,
        });
      }),
  illegal: illegalPairs(
    (x, targets) => crossEntropy(x, targets),
    (x, targets) => isLone(x) || x.slice(0, -1).join() === targets.join(),
    ["f32", "i32"],
  ),
};

/** Rows of ops that read or write at positions, and of those that make positions. */
export const indexing: Rows<"crossEntropy" | "iota" | "oneHot" | "scatterAdd" | "take" | "takeAlong"> = {
  take: takeSample,
  scatterAdd: scatterAddSample,
  takeAlong: takeAlongSample,
  oneHot: oneHotSample,
  crossEntropy: crossEntropySample,
  iota: {
    dtypes: numeric,
    order: 0,
    reason: "it takes no operand",
    cases: (dtype) =>
      fc.nat(5).map((size) =>
        printed({
          inputs: [],
          call: () => iota(size, { dtype: dtype as "f32" }),
          formula: () => build([size], ([i]) => i!),
          roundings: 0,
        }),
      ),
  },
};
