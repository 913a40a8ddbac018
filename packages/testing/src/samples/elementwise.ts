import type { DType, Operand, Value } from "@unroll/core";
import fc from "fast-check";
import {
  arbitraryBroadcast,
  arbitraryTensors,
  broadcast,
  interval,
  tensorOf,
  truthValues,
  type Domain,
} from "../arbitraries.ts";
import { at, build, type NumberArray } from "./number-array.ts";
import { floats, illegalPairs, printed, type Case, type Sample } from "./sample.ts";

type Formula = (...xs: number[]) => number;

/** What there is to say of an op that works point by point. */
interface ElementwiseRow extends Partial<Pick<Sample, "dtypes" | "order" | "reason">> {
  /** The operands in which it is linear together, none of them being a number. */
  readonly linear?: readonly number[];
  /** Of each operand; or one of which the numbers of all operands are drawn together. */
  readonly domain?: Domain | readonly Domain[];
  /** Of integers, with the formula where that differs. */
  readonly integers?: { readonly domain: Domain | readonly Domain[]; readonly formula?: Formula };
  readonly roundings: number;
  readonly magnitude?: Formula;
  /** Operands that may be numbers; by default all of an op of two or more. */
  readonly literals?: boolean;
  /** Whether the formula also holds of NaN, infinities and the like. Default: true. */
  readonly special?: boolean;
}

/** The row of an op that works point by point on operands that broadcast, by its formula at one point. */
export function elementwiseSample(
  op: (...xs: Operand[]) => Value,
  formula: Formula,
  row: ElementwiseRow,
): Sample {
  const { dtypes = floats, order = 2, roundings, magnitude, integers } = row;
  const count = formula.length;
  const formulaFor = (dtype: DType): Formula => (dtype === "i32" ? (integers?.formula ?? formula) : formula);
  const domainFor = (dtype: DType): Domain | readonly Domain[] =>
    dtype === "bool" ? truthValues : (dtype === "i32" && integers?.domain) || (row.domain ?? interval(-2, 2));

  const caseOf = (dtype: DType, operands: readonly (Case["inputs"][number] | number)[]): Case => {
    const inputs = operands.filter((x) => typeof x !== "number");
    const fill = <T>(xs: readonly T[]): (T | number)[] => {
      const rest = xs.values();
      return operands.map((x) => (typeof x === "number" ? x : rest.next().value!));
    };
    const pointwise =
      (f: Formula) =>
      (...xs: readonly NumberArray[]): NumberArray => {
        const shape = broadcast(xs.map((x) => x.shape))!;
        return build(shape, (position) =>
          f(...fill(xs).map((x) => (typeof x === "number" ? x : at(x, position)))),
        );
      };
    return {
      inputs,
      roundings,
      call: (...xs) => op(...fill(xs)),
      formula: pointwise(formulaFor(dtype)),
      ...(row.linear && inputs.length === count && { linear: row.linear }),
      ...(magnitude && { magnitude: pointwise(magnitude) }),
    };
  };

  return {
    dtypes,
    order,
    ...(row.reason !== undefined && { reason: row.reason }),
    cases: (dtype) =>
      arbitraryBroadcast(count)
        .chain(({ shapes }) => {
          const types = shapes.map((shape) => ({ dtype, shape }));
          const domain = domainFor(dtype);
          const tensors =
            "numbers" in domain
              ? arbitraryTensors(types, domain)
              : fc.tuple(...types.map((type, i) => arbitraryTensors([type], domain[i]).map(([x]) => x!)));
          return fc.tuple(tensors, fc.nat(4 * count));
        })
        .map(([tensors, choice]) => {
          // Now and then an operand is a number: the first of what would have been a tensor.
          const literal = count > 1 && (row.literals ?? dtype !== "bool") ? choice : count;
          const operands = tensors.map((x, i) => (i === literal && x.data.length > 0 ? x.data[0]! : x));
          return printed(caseOf(dtype, operands));
        }),
    ...(count === 2 && {
      illegal: illegalPairs(
        (x, y) => op(x, y),
        (x, y) => broadcast([x, y]) !== undefined,
        [dtypes[0]!, dtypes[0]!],
      ),
    }),
    ...(dtypes.includes("f32") &&
      (row.special ?? true) && {
        special: (dtype) => {
          const numbers = specials[dtype];
          // One axis per operand, so that every number meets every other.
          const operands = Array.from({ length: count }, (_, i) =>
            tensorOf({ dtype, shape: [numbers.length, ...Array<number>(count - 1 - i).fill(1)] }, numbers),
          );
          return printed(caseOf(dtype, operands));
        },
      }),
  };
}

const common = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, 1.5, 2.5, -2.5, 20, -20];

/** Numbers at which functions have cases. The last ones are the largest, the smallest and some in between. */
const specials = {
  f32: [...common, 89, -89, -104, 2 ** 24 + 2, 3e38, -3e38, 2 ** -126, 2 ** -149].map(Math.fround),
  f64: [...common, 710, -710, -746, 2 ** 53 + 2, 1.7e308, -1.7e308, 2 ** -1022, 2 ** -1074],
} as const;
