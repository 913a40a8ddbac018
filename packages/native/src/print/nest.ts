import type { Dimension } from "@unroll/core/engine";
import type { DType } from "@unroll/core";
import { typeName } from "./names.ts";
import type { Text } from "./text.ts";

/** The names of pointers to where each operand is. */
export type Pointers = readonly string[];

/** The operands of a kernel: their types, and how many are only read. */
export interface OperandTypes {
  readonly dtypes: readonly DType[];
  readonly reads: number;
}

/** A loop and its dimension, which bodies know by its place among all. */
export interface Span {
  readonly dimension: Dimension;
  readonly place: number;
}

const pointerType = ({ dtypes, reads }: OperandTypes, operand: number): string =>
  `${operand < reads ? "const " : ""}${typeName(dtypes[operand]!)} *`;

/** The parameters of a kernel's function, and their names. */
export function parametersOf(types: OperandTypes): { readonly list: string; readonly names: Pointers } {
  const names = types.dtypes.map((_, operand) => `p${operand}`);
  return { list: names.map((name, operand) => pointerType(types, operand) + name).join(", "), names };
}

/** The pointers moved on by so many strides. Those that stand still keep their names. */
export function moved(
  text: Text,
  types: OperandTypes,
  from: Pointers,
  strides: readonly number[],
  by: string,
  suffix: string,
): Pointers {
  return from.map((name, operand) => {
    const stride = strides[operand]!;
    if (stride === 0) return name;
    const to = `${name}${suffix}`;
    text.line(`${pointerType(types, operand)}${to} = ${name} + ${times(by, stride)};`);
    return to;
  });
}

/** A count times a stride, in the integers of addresses. */
export const times = (count: string, stride: number): string =>
  stride === 1 ? count : `(i64)${count} * ${stride}`;

/** The name of the counter of a dimension. */
export const counterOf = (place: number): string => `i${place}`;

/** Loops around `body`, outer ones first, which move pointers on. */
export function nest(
  text: Text,
  types: OperandTypes,
  spans: readonly Span[],
  pointers: Pointers,
  body: (pointers: Pointers) => void,
): void {
  const [outer, ...inner] = spans;
  if (!outer) {
    body(pointers);
    return;
  }
  const counter = counterOf(outer.place);
  text.block(`for (i32 ${counter} = 0; ${counter} < ${outer.dimension.size}; ${counter}++)`, () => {
    const next = moved(text, types, pointers, outer.dimension.strides, counter, `_${outer.place}`);
    nest(text, types, inner, next, body);
  });
}

/**
 * A loop over points that do not depend on each other, which the compiler makes vectors of. Without a size: one point.
 */
export function loopOver(text: Text, place: number, size: number | undefined, body: () => void): void {
  if (size === undefined) {
    body();
    return;
  }
  const counter = counterOf(place);
  text.line("INDEPENDENT");
  text.block(`for (i32 ${counter} = 0; ${counter} < ${size}; ${counter}++)`, body);
}

/** The element of an operand that is so many strides further on. */
export const element = (pointer: string, stride: number, by: string): string =>
  stride === 0 ? `*${pointer}` : `${pointer}[${times(by, stride)}]`;
