import {
  broadcastTo,
  reshape,
  squeeze,
  sum,
  transpose,
  unsqueeze,
  type Shape,
  type Value,
} from "@unroll/core";
import fc from "fast-check";
import { arbitraryBroadcast, arbitraryShape, arbitraryTensor, broadcast, sizeOf } from "../arbitraries.ts";
import { anyAxis, axisIn, front, isAxis, permutation } from "./axes.ts";
import { at, build, type NumberArray } from "./number-array.ts";
import { everything, illegalUnary, printed, type IllegalCall, type Rows, type Sample } from "./sample.ts";

/** A way of moving the elements of one operand. */
export interface Movement<T> {
  /** Of the arguments of a call, given a shape that has `minRank` axes. */
  arguments(shape: Shape): fc.Arbitrary<T>;
  readonly minRank?: number;
  call(x: Value, option: T): Value;
  formula(x: NumberArray, option: T): NumberArray;
  adjoint?(u: Value, option: T, x: Value): Value;
}

/** The row of an op that moves elements: it is defined on every dtype, exact, and linear. */
export const movement = <T>(rule: Movement<T>, illegal?: Sample["illegal"]): Sample => ({
  dtypes: everything,
  order: 2,
  cases: (dtype) =>
    arbitraryShape({ minRank: rule.minRank ?? 0 })
      .chain((shape) => fc.tuple(arbitraryTensor({ dtype, shape }), rule.arguments(shape)))
      .map(([x, option]) =>
        printed({
          inputs: [x],
          call: (value) => rule.call(value, option),
          formula: (value) => rule.formula(value, option),
          roundings: 0,
          linear: [0],
          ...(rule.adjoint && { adjoint: (u, value) => rule.adjoint!(u, option, value) }),
        }),
      ),
  ...(illegal && { illegal }),
});

type Names = "broadcastTo" | "reshape" | "squeeze" | "transpose" | "unsqueeze";

/** Rows of ops that see the same elements under another shape. */
export const views: Rows<Names> = {
  broadcastTo: {
    dtypes: everything,
    order: 2,
    cases: (dtype) =>
      arbitraryBroadcast(2)
        .chain(({ shapes: [x], together }) =>
          fc.tuple(arbitraryTensor({ dtype, shape: x! }), fc.constant(together)),
        )
        .map(([x, shape]) => {
          const added = shape.length - x.shape.length;
          const repeated = shape.flatMap((size, i) =>
            i >= added && x.shape[i - added] === 1 && size !== 1 ? [i] : [],
          );
          return printed({
            inputs: [x],
            call: (value) => broadcastTo(value, shape),
            formula: (value) => build(shape, (p) => at(value, p)),
            roundings: 0,
            linear: [0],
            adjoint: (u) => {
              const kept = sum(u, { axis: repeated, keepDims: true });
              return sum(kept, { axis: [...Array(added).keys()] });
            },
          });
        }),
    illegal: fc
      .tuple(arbitraryShape(), arbitraryShape())
      .filter(([x, to]) => broadcast([x, to])?.join() !== to.join() || x.length > to.length)
      .map(([x, to]): IllegalCall => ({
        types: [{ dtype: "f32", shape: x }],
        call: (value) => broadcastTo(value, to),
      })),
  },
  reshape: movement(
    {
      arguments: (shape) =>
        fc.tuple(permutation(shape.length), fc.nat(3), fc.boolean()).map(([order, ones, open]) => {
          const sizes = order.map((axis) => shape[axis]!);
          const merged = ones === 0 ? [sizeOf(shape)] : sizes.toSpliced(ones, 0, 1);
          const rest = sizeOf(merged.slice(1));
          return open && rest > 0 && merged.length > 0 ? [-1, ...merged.slice(1)] : merged;
        }),
      call: (x, shape) => reshape(x, shape),
      formula: (x, shape) => {
        const given = sizeOf(shape.filter((size) => size !== -1));
        return { shape: shape.map((size) => (size === -1 ? x.data.length / given : size)), data: x.data };
      },
      adjoint: (u, _, x) => reshape(u, x.shape),
    },
    illegalUnary(
      arbitraryShape({ minSize: -1 }),
      (x, shape) => reshape(x, shape),
      (from, shape) => {
        const given = sizeOf(shape.filter((size) => size >= 0));
        const open = shape.filter((size) => size < 0).length;
        if (open > 1) return false;
        return open === 1 ? given > 0 && sizeOf(from) % given === 0 : given === sizeOf(from);
      },
    ),
  ),
  squeeze: movement(
    {
      arguments: (shape) => {
        const ones = shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
        return fc.option(fc.subarray(ones), { nil: undefined });
      },
      call: (x, axes) => squeeze(x, axes),
      formula: (x, axes) => ({
        shape: x.shape.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1)),
        data: x.data,
      }),
    },
    illegalUnary(anyAxis, squeeze, (shape, axis) => isAxis(axis, shape) && shape.at(axis) === 1),
  ),
  unsqueeze: movement(
    {
      arguments: (shape) => axisIn(shape.length + 1),
      call: unsqueeze,
      formula: (x, axis) => ({
        shape: x.shape.toSpliced(front(axis, x.shape.length + 1), 0, 1),
        data: x.data,
      }),
      adjoint: (u, axis) => squeeze(u, axis),
    },
    illegalUnary(anyAxis, unsqueeze, (shape, axis) => isAxis(axis, [...shape, 1])),
  ),
  transpose: movement(
    {
      minRank: 2,
      arguments: (shape) => fc.option(permutation(shape.length), { nil: undefined }),
      call: (x, order) => transpose(x, order),
      formula: (x, order) => {
        const last = x.shape.length - 1;
        const axes = order ?? x.shape.map((_, i) => (i === last ? last - 1 : i === last - 1 ? last : i));
        return build(
          axes.map((axis) => x.shape[axis]!),
          (p) =>
            at(
              x,
              x.shape.map((_, axis) => p[axes.indexOf(axis)]!),
            ),
        );
      },
      adjoint: (u, order) =>
        transpose(
          u,
          order?.map((_, axis) => order.indexOf(axis)),
        ),
    },
    illegalUnary(
      fc.option(fc.array(anyAxis, { maxLength: 4 }), { nil: undefined }),
      (x, order) => transpose(x, order),
      (shape, order) => {
        if (order === undefined) return shape.length >= 2;
        const axes = new Set(
          order.filter((axis) => isAxis(axis, shape)).map((axis) => front(axis, shape.length)),
        );
        return order.length === shape.length && axes.size === shape.length;
      },
    ),
  ),
};
