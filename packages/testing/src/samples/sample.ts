import {
  graph,
  input,
  isValue,
  print,
  formatTensor,
  type DType,
  type Graph,
  type ops,
  type Shape,
  type Tensor,
  type TensorType,
  type Value,
} from "@unroll/core";
import fc from "fast-check";
import { arbitraryShape } from "../arbitraries.ts";
import { numbersOf, type NumberArray } from "./number-array.ts";

/**
 * What core exports as ops, and is none: `sizes` reads a shape and makes no node.
 * `cumsum` is made of others, but works through time like scan and has rules of its own to break.
 */
export type OpName = Exclude<keyof typeof ops, "sizes"> | "cumsum";

/** Rows of some ops. */
export type Rows<Names extends OpName> = Readonly<Record<Names, Sample>>;

/** One call of an op, and what should come of it. */
export interface Case {
  readonly inputs: readonly Tensor[];
  call(...xs: readonly Value[]): Value | readonly Value[];
  /** The same in numbers and Math. */
  formula(...xs: readonly NumberArray[]): NumberArray | readonly NumberArray[];
  /**
   * What rounding errors are relative to, where that is more than the result: for a sum, the sum of the sizes. Default:
   * the size of the result.
   */
  magnitude?(...xs: readonly NumberArray[]): NumberArray | readonly NumberArray[];
  /**
   * How many roundings there are on the way to one number of the result. A function may be off by 4 ulp, which are 8.
   */
  readonly roundings: number;
  /** The inputs in which it is linear, in all of these together. */
  readonly linear?: readonly number[];
  /** Of a linear op with one linear input, the op of ours that is its adjoint: from the cotangent to that input's. */
  adjoint?(u: Value, ...xs: readonly Value[]): Value;
}

/** A call that must be refused. */
export interface IllegalCall {
  readonly types: readonly TensorType[];
  call(...xs: readonly Value[]): unknown;
}

/** All that tests need to know of an op. */
export interface Sample {
  /** What its operands may be, those aside that are always integers or conditions. */
  readonly dtypes: readonly DType[];
  /** How often it can be differentiated on its domain. */
  readonly order: 0 | 1 | 2;
  /** Why not twice. */
  readonly reason?: string;
  /** Calls on its domain, with operands of a dtype. */
  cases(dtype: DType): fc.Arbitrary<Case>;
  /** Calls with shapes that do not fit. Absent: every shape does. */
  readonly illegal?: fc.Arbitrary<IllegalCall>;
  /** Calls with NaN, infinities, zeros of both signs and numbers close to the limits. */
  special?(dtype: "f32" | "f64"): Case;
}

/** The dtypes that ops are defined on: few are on other groups than these. */
export const floats: readonly DType[] = ["f32", "f64"];
export const numeric: readonly DType[] = ["f32", "f64", "i32"];
export const everything: readonly DType[] = ["f32", "f64", "i32", "bool"];

/** The graph of a call. */
export function graphOf({ inputs, call }: Case): Graph {
  const xs = inputs.map(({ type }, i) => input(type, `x${i}`));
  const result = call(...xs);
  return graph(xs, isValue(result) ? [result] : result);
}

/** A number that a result should have, and the size that its error is relative to. */
export interface Expected {
  readonly value: NumberArray;
  readonly size: NumberArray;
}

/** What a call should give. */
export function expectedOf({ inputs, formula, magnitude = formula }: Case): readonly Expected[] {
  const numbers = inputs.map(numbersOf);
  const sizes = listOf(magnitude(...numbers));
  return listOf(formula(...numbers)).map((value, i) => ({ value, size: sizes[i]! }));
}

const listOf = (result: NumberArray | readonly NumberArray[]): readonly NumberArray[] =>
  "data" in result ? [result] : result;

/** A case that fast-check prints as its graph and its numbers. */
export const printed = <T extends Case>(one: T): T =>
  Object.assign(one, {
    [fc.toStringMethod]: () =>
      [print(graphOf(one)), ...one.inputs.map((x) => formatTensor(x, 64))].join("\n"),
  });

/** Inputs of the given types, for a call that must be refused. */
export const symbols = (types: readonly TensorType[]): readonly Value[] => types.map((type) => input(type));

/** Calls of an op of two operands with shapes that it should refuse. */
export function illegalPairs(
  call: (x: Value, y: Value) => unknown,
  isLegal: (x: Shape, y: Shape) => boolean,
  dtypes: readonly [DType, DType] = ["f32", "f32"],
): fc.Arbitrary<IllegalCall> {
  return fc
    .tuple(arbitraryShape(), arbitraryShape())
    .filter(([x, y]) => !isLegal(x, y))
    .map(([x, y]) => ({
      types: [x, y].map((shape, i) => ({ dtype: dtypes[i]!, shape })),
      call: (...xs) => call(xs[0]!, xs[1]!),
    }));
}

/** Calls of an op of one operand with an axis that it lacks, or other arguments that do not fit its shape. */
export const illegalUnary = <T>(
  options: fc.Arbitrary<T>,
  call: (x: Value, option: T) => unknown,
  isLegal: (x: Shape, option: T) => boolean,
  dtype: DType = "f32",
): fc.Arbitrary<IllegalCall> =>
  fc
    .tuple(arbitraryShape(), options)
    .filter(([shape, option]) => !isLegal(shape, option))
    .map(([shape, option]) => ({ types: [{ dtype, shape }], call: (x) => call(x, option) }));
