import { flip, pad, slice, stack, sum, type Value } from "@unroll/core";
import fc from "fast-check";
import { anyAxis, axisIn, front, isAxis } from "./axes.ts";
import { at, build } from "./number-array.ts";
import { illegalUnary, type Rows } from "./sample.ts";
import { movement } from "./views.ts";

/** Where an element of the result comes from along one axis: the position with another number there. */
const along = (position: readonly number[], axis: number, f: (i: number) => number): readonly number[] =>
  position.with(axis, f(position[axis]!));

interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly stop: number | undefined;
  readonly step: number;
}

/** The positions that a slice takes, as JavaScript's does. */
const taken = (size: number, { start, stop, step }: Cut): number[] =>
  [...Array(size).keys()].slice(start, stop).filter((_, i) => i % step === 0);

const position = fc.integer({ min: -5, max: 5 });

/** Rows of ops that take entries along an axis, or put some there. */
export const cuts: Rows<"flip" | "pad" | "slice"> = {
  flip: movement(
    {
      minRank: 1,
      arguments: (shape) => axisIn(shape.length),
      call: (x, axis) => flip(x, { axis }),
      formula: (x, axis) => {
        const place = front(axis, x.shape.length);
        return build(x.shape, (p) =>
          at(
            x,
            along(p, place, (i) => x.shape[place]! - 1 - i),
          ),
        );
      },
      adjoint: (u, axis) => flip(u, { axis }),
    },
    illegalUnary(
      anyAxis,
      (x, axis) => flip(x, { axis }),
      (shape, axis) => isAxis(axis, shape),
    ),
  ),
  slice: movement<Cut>(
    {
      minRank: 1,
      arguments: (shape) =>
        fc.record({
          axis: axisIn(shape.length),
          start: position,
          stop: fc.option(position, { nil: undefined }),
          step: fc.integer({ min: 1, max: 3 }),
        }),
      call: (x, { start, stop, axis, step }) => slice(x, start, stop, { axis, step }),
      formula: (x, cut) => {
        const place = front(cut.axis, x.shape.length);
        const from = taken(x.shape[place]!, cut);
        return build(x.shape.with(place, from.length), (p) =>
          at(
            x,
            along(p, place, (i) => from[i]!),
          ),
        );
      },
      adjoint: (u, cut, x) => {
        if (cut.step !== 1) return sumOfRows(u, cut, x);
        const size = x.shape.at(cut.axis)!;
        const from = taken(size, cut);
        const before = from[0] ?? 0;
        return pad(u, before, size - before - from.length, { axis: cut.axis });
      },
    },
    illegalUnary(
      anyAxis,
      (x, axis) => slice(x, 0, 1, { axis }),
      (shape, axis) => isAxis(axis, shape),
    ),
  ),
  pad: movement(
    {
      minRank: 1,
      arguments: (shape) => fc.record({ axis: axisIn(shape.length), before: fc.nat(2), after: fc.nat(2) }),
      call: (x, { before, after, axis }) => pad(x, before, after, { axis }),
      formula: (x, { before, after, axis }) => {
        const place = front(axis, x.shape.length);
        const size = x.shape[place]!;
        return build(x.shape.with(place, before + size + after), (p) => {
          const i = p[place]! - before;
          return i < 0 || i >= size ? 0 : at(x, p.with(place, i));
        });
      },
      adjoint: (u, { before, axis }, x) => slice(u, before, before + x.shape.at(axis)!, { axis }),
    },
    illegalUnary(
      anyAxis,
      (x, axis) => pad(x, 1, 1, { axis }),
      (shape, axis) => isAxis(axis, shape),
    ),
  ),
};

/** The adjoint of a slice with a step: each entry of u in its place, and the sum of all. */
function sumOfRows(u: Value, cut: Cut, x: Value): Value {
  const size = x.shape.at(cut.axis)!;
  const rows = taken(size, cut).map((place, i) =>
    pad(slice(u, i, i + 1, { axis: cut.axis }), place, size - place - 1, { axis: cut.axis }),
  );
  const none = slice(x, 0, 0, { axis: cut.axis });
  return sum(stack([...rows, pad(none, 0, size, { axis: cut.axis })]), { axis: 0 });
}
