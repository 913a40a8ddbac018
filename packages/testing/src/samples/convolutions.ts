import { conv1d, conv2d, type Shape } from "@unroll/core";
import fc from "fast-check";
import { arbitraryShape, arbitraryTensors } from "../arbitraries.ts";
import { at, build, map, positions, total, type NumberArray } from "./number-array.ts";
import { arbitrarySlide, starts, type Slide } from "./slides.ts";
import { floats, printed, type Case, type IllegalCall, type Rows, type Sample } from "./sample.ts";

const channels = fc.record({
  groups: fc.integer({ min: 1, max: 2 }),
  inputs: fc.integer({ min: 0, max: 2 }),
  outputs: fc.integer({ min: 1, max: 2 }),
});

/** The sum over a kernel, by its definition: x is [front..., moved axes..., channels]. */
function sums(x: NumberArray, w: NumberArray, along: readonly Slide[], groups: number): NumberArray {
  const front = x.shape.slice(0, x.shape.length - 1 - along.length);
  const places = along.map(starts);
  const [own, outputs] = [w.shape.at(-2)!, w.shape.at(-1)!];
  const inside = positions(w.shape.slice(0, -1));
  return build([...front, ...places.map(({ length }) => length), outputs], (p) => {
    const group = Math.floor(p.at(-1)! / (outputs / groups));
    const products = inside.map((q) => {
      const entry = along.map(({ dilation }, i) => places[i]![p[front.length + i]!]! + dilation * q[i]!);
      if (entry.some((at, i) => at < 0 || at >= along[i]!.length)) return 0;
      const from = at(x, [...p.slice(0, front.length), ...entry, group * own + q.at(-1)!]);
      return from * at(w, [...q, p.at(-1)!]);
    });
    return total(products);
  });
}

/** A call with operands of these axes, and its formula. */
const caseOf = (
  dtype: "f32" | "f64",
  call: (groups: number, along: readonly Slide[]) => Case["call"],
  moved: number,
  front: number,
): fc.Arbitrary<Case> =>
  fc
    .tuple(
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 0, maxLength: front }),
      fc.array(arbitrarySlide, { minLength: moved, maxLength: moved }),
      channels,
    )
    .chain(([before, along, { groups, inputs, outputs }]) => {
      const x = [...before, ...along.map(({ length }) => length), groups * inputs];
      const w = [...along.map(({ size }) => size), inputs, groups * outputs];
      const tensors = arbitraryTensors([x, w].map((shape) => ({ dtype, shape })));
      return fc.tuple(tensors, fc.constant({ along, groups }));
    })
    .map(([given, { along, groups }]) =>
      printed({
        inputs: given,
        call: call(groups, along),
        formula: (x, w) => sums(x, w, along, groups),
        magnitude: (x, w) => sums(map(Math.abs, x), map(Math.abs, w), along, groups),
        roundings: given[1]!.shape.slice(0, -1).reduce((product, size) => product * size, 1),
        linear: [0],
      }),
    );

/** Pairs of shapes that no kernel of so many axes and no image fit together in. */
const illegal = (
  call: (x: Parameters<typeof conv1d>[0], w: Parameters<typeof conv1d>[1]) => unknown,
  moved: number,
): fc.Arbitrary<IllegalCall> =>
  fc
    .tuple(arbitraryShape({ maxRank: 4 }), arbitraryShape({ maxRank: 4 }))
    .filter(([x, w]: readonly [Shape, Shape]) => {
      const axes = x.slice(-1 - moved, -1);
      const fits = axes.length === moved && w.length === moved + 2 && x.at(-1) === w.at(-2);
      return !fits || axes.some((length, i) => w[i] === 0 || w[i]! > length);
    })
    .map(([x, w]) => ({
      types: [x, w].map((shape) => ({ dtype: "f32", shape })),
      call: (a, b) => call(a, b),
    }));

const conv1dSample: Sample = {
  dtypes: floats,
  order: 2,
  cases: (dtype) =>
    caseOf(
      dtype as "f32",
      (groups, [along]) =>
        (x, w) =>
          conv1d(x, w, { ...optionsOf(along!), groups }),
      1,
      2,
    ),
  illegal: illegal((x, w) => conv1d(x, w), 1),
};

const optionsOf = ({ stride, dilation, padding: around }: Slide): Omit<Slide, "size" | "length"> => ({
  stride,
  dilation,
  padding: around,
});

const conv2dSample: Sample = {
  dtypes: floats,
  order: 2,
  cases: (dtype) =>
    caseOf(
      dtype as "f32",
      (groups, [i, j]) =>
        (x, w) =>
          conv2d(x, w, {
            stride: [i!.stride, j!.stride],
            dilation: [i!.dilation, j!.dilation],
            padding: [i!.padding, j!.padding],
            groups,
          }),
      2,
      1,
    ),
  illegal: illegal((x, w) => conv2d(x, w), 2),
};

/** Rows of products with a kernel that is moved over its operand. */
export const convolutions: Rows<"conv1d" | "conv2d"> = { conv1d: conv1dSample, conv2d: conv2dSample };
