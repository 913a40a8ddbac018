import { concat, split, stack, type DType, type Shape } from "@unroll/core";
import fc from "fast-check";
import { arbitraryShape, arbitraryTensor, arbitraryTensors } from "../arbitraries.ts";
import { axisIn, front } from "./axes.ts";
import { at, build, type NumberArray } from "./number-array.ts";
import {
  everything,
  illegalPairs,
  illegalUnary,
  printed,
  type Case,
  type Rows,
  type Sample,
} from "./sample.ts";

const parts = (dtype: DType, join: (size: number) => Shape): fc.Arbitrary<Case["inputs"]> =>
  fc
    .array(fc.nat(2), { minLength: 1, maxLength: 3 })
    .chain((sizes) => arbitraryTensors(sizes.map((size) => ({ dtype, shape: join(size) }))));

/** The first operand that has an element, and how far before it the others reach. */
function pick(xs: readonly NumberArray[], axis: number, i: number): readonly [NumberArray, number] {
  const [first, ...rest] = xs as readonly [NumberArray, ...NumberArray[]];
  const size = first.shape[axis]!;
  return i < size ? [first, i] : pick(rest, axis, i - size);
}

const concatSample: Sample = {
  dtypes: everything,
  order: 2,
  cases: (dtype) =>
    arbitraryShape({ minRank: 1 })
      .chain((shape) =>
        axisIn(shape.length).chain((axis) =>
          fc.tuple(
            fc.constant(axis),
            parts(dtype, (size) => shape.with(axis, size)),
          ),
        ),
      )
      .map(([axis, inputs]) => {
        const along0 = front(axis, inputs[0]!.shape.length);
        const size = inputs.reduce((total, { shape }) => total + shape[along0]!, 0);
        return printed({
          inputs,
          call: (...xs) => concat(xs, { axis }),
          formula: (...xs) =>
            build(xs[0]!.shape.with(along0, size), (p) => {
              const [x, i] = pick(xs, along0, p[along0]!);
              return at(x, p.with(along0, i));
            }),
          roundings: 0,
          linear: inputs.map((_, i) => i),
        });
      }),
  illegal: illegalPairs(
    (x, y) => concat([x, y], { axis: 0 }),
    // An operand without an axis is refused by itself.
    (x, y) => x.length === 0 || (x.length === y.length && x.slice(1).join() === y.slice(1).join()),
  ),
};

const stackSample: Sample = {
  dtypes: everything,
  order: 2,
  cases: (dtype) =>
    fc
      .tuple(arbitraryShape({ maxRank: 2 }), fc.integer({ min: 1, max: 3 }))
      .chain(([shape, count]) =>
        fc.tuple(axisIn(shape.length + 1), arbitraryTensors(Array(count).fill({ dtype, shape }))),
      )
      .map(([axis, inputs]) => {
        const { shape } = inputs[0]!;
        const place = front(axis, shape.length + 1);
        return printed({
          inputs,
          call: (...xs) => stack(xs, { axis }),
          formula: (...xs) =>
            build(shape.toSpliced(place, 0, inputs.length), (p) => at(xs[p[place]!]!, p.toSpliced(place, 1))),
          roundings: 0,
          linear: inputs.map((_, i) => i),
        });
      }),
  illegal: illegalPairs(
    (x, y) => stack([x, y]),
    (x, y) => x.join() === y.join(),
  ),
};

const splitSample: Sample = {
  dtypes: everything,
  order: 2,
  cases: (dtype) =>
    fc
      .tuple(
        arbitraryShape({ minRank: 1 }),
        fc.nat(2),
        fc.array(fc.nat(2), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
      )
      .chain(([shape, place, sizes, equal]) => {
        const axis = Math.min(place, shape.length - 1);
        const lengths = equal ? sizes.map(() => sizes[0]!) : sizes;
        const whole = shape.with(
          axis,
          lengths.reduce((a, b) => a + b, 0),
        );
        return arbitraryTensor({ dtype, shape: whole }).map((x) =>
          printed({
            inputs: [x],
            call: (value) => split(value, equal ? lengths.length : lengths, { axis: axis - shape.length }),
            formula: (value) =>
              lengths.map((size, i) => {
                const before = lengths.slice(0, i).reduce((a, b) => a + b, 0);
                return build(whole.with(axis, size), (p) => at(value, p.with(axis, before + p[axis]!)));
              }),
            roundings: 0,
            linear: [0],
          }),
        );
      }),
  illegal: illegalUnary(
    fc.integer({ min: 1, max: 4 }),
    (x, count) => split(x, count),
    (shape, count) => shape.length > 0 && shape.at(-1)! % count === 0,
  ),
};

/** Rows of ops that put values side by side, and take them apart. */
export const joins: Rows<"concat" | "split" | "stack"> = {
  concat: concatSample,
  stack: stackSample,
  split: splitSample,
};
