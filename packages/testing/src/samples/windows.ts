import { overlapAdd, windows, type Shape } from "@unroll/core";
import fc from "fast-check";
import { anyInteger, arbitraryShape, arbitraryTensor } from "../arbitraries.ts";
import { anyAxis, axisIn, front, isAxis } from "./axes.ts";
import { at, build, map, total, wrapped, type NumberArray } from "./number-array.ts";
import {
  everything,
  illegalUnary,
  numeric,
  printed,
  type IllegalCall,
  type Rows,
  type Sample,
} from "./sample.ts";

/** Where the windows lie along an axis. */
interface Window {
  readonly axis: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
}

/** The entries between the ends of a window. */
const reach = ({ size, dilation }: Window): number => 1 + dilation * (size - 1);

const windowOf = (rank: number): fc.Arbitrary<Window> =>
  fc.record({
    axis: axisIn(rank),
    size: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
  });

/** A shape with room for a window, and the window. */
const room: fc.Arbitrary<readonly [Shape, Window]> = fc
  .tuple(arbitraryShape({ minRank: 1 }), fc.nat(4))
  .chain(([shape, more]) =>
    windowOf(shape.length).map((window) => {
      const place = front(window.axis, shape.length);
      return [shape.with(place, reach(window) + more), window] as const;
    }),
  );

/** How many windows start on the axis and end on it. */
function countOf(length: number, window: Window): number {
  let count = 0;
  while (count * window.stride + reach(window) <= length) count++;
  return count;
}

const windowsSample: Sample = {
  dtypes: everything,
  order: 2,
  cases: (dtype) =>
    room
      .chain(([shape, window]) => fc.tuple(arbitraryTensor({ dtype, shape }), fc.constant(window)))
      .map(([x, window]) => {
        const { axis, size, stride, dilation } = window;
        const place = front(axis, x.shape.length);
        const length = x.shape[place]!;
        return printed({
          inputs: [x],
          call: (value) => windows(value, size, { axis, stride, dilation }),
          formula: (value) =>
            build(value.shape.toSpliced(place, 1, countOf(length, window), size), (p) =>
              at(value, p.toSpliced(place, 2, stride * p[place]! + dilation * p[place + 1]!)),
            ),
          roundings: 0,
          linear: [0],
          adjoint: (u) => overlapAdd(u, length, { axis: place, stride, dilation }),
        });
      }),
  illegal: illegalUnary(
    fc.record({ axis: anyAxis, size: fc.integer({ min: 0, max: 5 }) }),
    (x, { axis, size }) => windows(x, size, { axis }),
    (shape, { axis, size }) => isAxis(axis, shape) && size > 0 && shape.at(axis)! >= size,
  ),
};

const overlapAddSample: Sample = {
  dtypes: numeric,
  order: 2,
  cases: (dtype) =>
    room
      .chain(([shape, window]) => {
        const place = front(window.axis, shape.length);
        const count = countOf(shape[place]!, window);
        const given = { dtype, shape: shape.toSpliced(place, 1, count, window.size) };
        const domain = dtype === "i32" ? anyInteger : undefined;
        return fc.tuple(arbitraryTensor(given, domain), fc.constant({ place, window, shape }));
      })
      .map(([x, { place, window, shape }]) => {
        const { size, stride, dilation } = window;
        const length = shape[place]!;
        /** The entries of windows that stand at a place. */
        const parts = (value: NumberArray, p: readonly number[]): number[] =>
          Array.from({ length: value.shape[place]! }, (_, i) => i).flatMap((i) =>
            Array.from({ length: size }, (_, k) => k)
              .filter((k) => stride * i + dilation * k === p[place])
              .map((k) => at(value, p.toSpliced(place, 1, i, k))),
          );
        const added =
          (sum: (xs: readonly number[]) => number) =>
          (value: NumberArray): NumberArray =>
            build(shape, (p) => sum(parts(value, p)));
        return printed({
          inputs: [x],
          call: (value) => overlapAdd(value, length, { axis: place, stride, dilation }),
          formula: added(dtype === "i32" ? wrapped : total),
          magnitude: (value) => added(total)(map(Math.abs, value)),
          roundings: size,
          linear: [0],
          adjoint: (u) => windows(u, size, { axis: place, stride, dilation }),
        });
      }),
  illegal: fc
    .tuple(arbitraryShape(), fc.nat(8))
    .filter(([shape, length]) => {
      const [count, size] = shape;
      return count === undefined || size === undefined || count * size === 0 || count + size - 1 !== length;
    })
    .map(([shape, length]): IllegalCall => ({
      types: [{ dtype: "f32", shape }],
      call: (x) => overlapAdd(x, length),
    })),
};

/** Rows of windows along an axis, and of their adjoint. */
export const windowed: Rows<"overlapAdd" | "windows"> = {
  overlapAdd: overlapAddSample,
  windows: windowsSample,
};
