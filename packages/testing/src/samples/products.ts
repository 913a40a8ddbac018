import { dotTree, einsum, matmul, transpose, type Shape } from "@unroll/core";
import fc from "fast-check";
import {
  anyInteger,
  arbitraryBroadcast,
  arbitraryShape,
  arbitraryTensors,
  broadcast,
} from "../arbitraries.ts";
import { at, build, map, positions, total, wrapped, type NumberArray } from "./number-array.ts";
import {
  floats,
  illegalPairs,
  numeric,
  printed,
  type IllegalCall,
  type Rows,
  type Sample,
} from "./sample.ts";

const size = fc.integer({ min: 0, max: 3 });

/** The product of matrices in the last two axes, whatever is in front of them. */
function product(a: NumberArray, b: NumberArray): NumberArray {
  const batch = broadcast([a.shape.slice(0, -2), b.shape.slice(0, -2)])!;
  const inner = [...Array(a.shape.at(-1)).keys()];
  return build([...batch, a.shape.at(-2)!, b.shape.at(-1)!], (p) => {
    const [front, i, j] = [p.slice(0, -2), p.at(-2)!, p.at(-1)!];
    return total(inner.map((k) => entry(a, front, i, k) * entry(b, front, k, j)));
  });
}

/** The entry of a matrix; an axis of size 1 is repeated in front only. */
const entry = (x: NumberArray, front: readonly number[], i: number, j: number): number =>
  at(x, [...front.slice(front.length - (x.shape.length - 2)), i, j]);

const sizes = (x: NumberArray): NumberArray => map(Math.abs, x);

const matmulSample: Sample = {
  dtypes: floats,
  order: 2,
  cases: (dtype) =>
    fc
      .tuple(arbitraryBroadcast(2, { maxRank: 2 }), size, size, size)
      .chain(([{ shapes }, m, k, n]) =>
        arbitraryTensors([
          { dtype, shape: [...shapes[0]!, m, k] },
          { dtype, shape: [...shapes[1]!, k, n] },
        ]),
      )
      .map((inputs) => {
        const isFlat = inputs.every(({ shape }) => shape.length === 2);
        return printed({
          inputs,
          call: (a, b) => matmul(a, b),
          formula: (a, b) => product(a, b),
          magnitude: (a, b) => product(sizes(a), sizes(b)),
          roundings: inputs[0]!.shape.at(-1)!,
          linear: [0],
          ...(isFlat && { adjoint: (u, _, b) => matmul(u, transpose(b)) }),
        });
      }),
  illegal: illegalPairs(
    matmul,
    (a, b) =>
      a.length > 1 &&
      b.length > 1 &&
      a.at(-1) === b.at(-2) &&
      broadcast([a.slice(0, -2), b.slice(0, -2)]) !== undefined,
  ),
};

const formulas = [
  "ij,jk->ik",
  "bld,bd->bl",
  "bij,bjk->bik",
  "ij,kj->ik",
  "i,j->ij",
  "ij,ij->",
  "ij,ij->ij",
  "ij,i->j",
  "ij,jk,kl->li",
  "i,i,i->i",
  "ijk->ki",
  "ij->",
  "i,->i",
  "aib,bjc->acij",
];

/** What an einsum means: a sum of products over all letters that the result lacks. */
function sumOfProducts(formula: string, xs: readonly NumberArray[]): NumberArray {
  const [left, out] = formula.split("->") as [string, string];
  const groups = left.split(",");
  const sizes = new Map(
    groups.flatMap((letters, i) => Array.from(letters).map((letter, axis) => [letter, xs[i]!.shape[axis]!])),
  );
  const summed = [...sizes.keys()].filter((letter) => !out.includes(letter));
  const inside = positions(summed.map((letter) => sizes.get(letter)!));
  return build(
    Array.from(out).map((letter) => sizes.get(letter)!),
    (p) =>
      total(
        inside.map((q) => {
          const place = (letter: string): number =>
            out.includes(letter) ? p[out.indexOf(letter)]! : q[summed.indexOf(letter)]!;
          return groups.reduce((value, letters, i) => value * at(xs[i]!, Array.from(letters).map(place)), 1);
        }),
      ),
  );
}

const lettersOf = (formula: string): readonly string[] => [...new Set(formula.replaceAll(/[^a-z]/g, ""))];

const einsumSample: Sample = {
  dtypes: floats,
  order: 2,
  cases: (dtype) =>
    fc
      .tuple(fc.constantFrom(...formulas), fc.array(size, { minLength: 6, maxLength: 6 }))
      .chain(([formula, bounds]) => {
        const letters = lettersOf(formula);
        const shapes = formula
          .split("->")[0]!
          .split(",")
          .map((group) => Array.from(group).map((letter) => bounds[letters.indexOf(letter)]!));
        return fc.tuple(fc.constant(formula), arbitraryTensors(shapes.map((shape) => ({ dtype, shape }))));
      })
      .map(([formula, inputs]) => {
        const count = inputs.flatMap(({ shape }) => shape).reduce((n, one) => n * Math.max(1, one), 1);
        return printed({
          inputs,
          call: (...xs) => einsum(formula, ...xs),
          formula: (...xs) => sumOfProducts(formula, xs),
          magnitude: (...xs) => sumOfProducts(formula, xs.map(sizes)),
          // Every product and every sum rounds once, and no number takes part in more of them than there are points.
          roundings: count + inputs.length,
          linear: [0],
        });
      }),
  illegal: illegalPairs(
    (a, b) => einsum("ij,jk->ik", a, b),
    // Of a wrong rank the message names the operand that has it.
    (a, b) => a.length !== 2 || b.length !== 2 || a[1] === b[0],
  ),
};

const dotTreeSample: Sample = {
  dtypes: numeric,
  order: 2,
  cases: (dtype) =>
    fc
      .tuple(arbitraryShape({ maxRank: 2 }), arbitraryShape({ maxRank: 2 }))
      .chain(([p, q]) =>
        arbitraryTensors(
          [p, q, p, q].map((shape) => ({ dtype, shape })),
          dtype === "i32" ? anyInteger : undefined,
        ),
      )
      .map((inputs) => {
        const dot = (xs: readonly NumberArray[]): number[] =>
          [0, 1].flatMap((i) =>
            xs[i]!.data.map((x, at) => {
              const y = xs[i + 2]!.data[at]!;
              return dtype === "i32" ? Math.imul(x, y) : x * y;
            }),
          );
        return printed({
          inputs,
          call: (a, b, c, d) => dotTree({ p: a, q: [b] }, { q: [d], p: c }),
          formula: (...xs) => ({ shape: [], data: [dtype === "i32" ? wrapped(dot(xs)) : total(dot(xs))] }),
          magnitude: (...xs) => ({ shape: [], data: [total(dot(xs.map(sizes)))] }),
          roundings: inputs[0]!.data.length + inputs[1]!.data.length + 1,
          linear: [0, 1],
        });
      }),
  illegal: fc
    .tuple(arbitraryShape(), arbitraryShape())
    .filter(([a, b]) => a.join() !== b.join())
    .map(([a, b]): IllegalCall => ({
      types: [a, b].map((shape: Shape) => ({ dtype: "f32", shape })),
      call: (x, y) => dotTree({ x: x }, { x: y }),
    })),
};

/** Rows of products that are summed. */
export const products: Rows<"dotTree" | "einsum" | "matmul"> = {
  matmul: matmulSample,
  einsum: einsumSample,
  dotTree: dotTreeSample,
};
