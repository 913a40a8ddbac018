import type { DType } from "../../tensor/type.ts";

/**
 * Instructions on numbers that are known. Only those of which every engine gives the same bits: functions are
 * left to the engine that runs the program.
 */
export function compute(op: string, dtype: DType, xs: readonly number[]): number | undefined {
  const exact = tables[dtype][op];
  return exact && round(exact(...(xs as [number, number])), comparisons.has(op) ? "bool" : dtype);
}

const comparisons: ReadonlySet<string> = new Set(["equal", "less", "lessEqual"]);

type Table = Readonly<Record<string, (x: number, y: number) => number>>;

const compared: Table = {
  equal: (x, y) => Number(x === y),
  less: (x, y) => Number(x < y),
  lessEqual: (x, y) => Number(x <= y),
};

// In f32 a sum, product, quotient or root of f64 numbers that is rounded again is the correctly rounded one.
const ofFloats: Table = {
  ...compared,
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  multiply: (x, y) => x * y,
  divide: (x, y) => x / y,
  negate: (x) => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  min: Math.min,
  max: Math.max,
};

const ofIntegers: Table = {
  ...compared,
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  multiply: Math.imul,
  divide: (x, y) => (y === 0 ? 0 : x / y),
  negate: (x) => -x,
  abs: Math.abs,
  min: Math.min,
  max: Math.max,
};

const ofConditions: Table = {
  ...compared,
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  not: (x) => 1 - x,
};

const tables: Readonly<Record<DType, Table>> = {
  f32: ofFloats,
  f64: ofFloats,
  i32: ofIntegers,
  bool: ofConditions,
};

/** A number as an element of `dtype`; whole numbers wrap. */
export function round(x: number, dtype: DType): number {
  if (dtype === "f32") return Math.fround(x);
  return dtype === "i32" ? x | 0 : x;
}

/** A number of one dtype in another; see `Instruction`. */
export function convert(x: number, to: DType): number {
  if (to === "bool") return Number(x !== 0);
  if (to !== "i32") return round(x, to);
  return Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), -(2 ** 31)), 2 ** 31 - 1);
}

interface Neutral {
  readonly left?: number;
  readonly right?: number;
}

/**
 * The operand that makes an instruction give back the other one. A sum with 0 may change the sign of a zero.
 */
const neutrals: Readonly<Record<string, Neutral>> = {
  add: { left: 0, right: 0 },
  subtract: { right: 0 },
  multiply: { left: 1, right: 1 },
  divide: { right: 1 },
  pow: { right: 1 },
  min: { left: Infinity, right: Infinity },
  max: { left: -Infinity, right: -Infinity },
};

const neutralConditions: Readonly<Record<string, Neutral>> = {
  and: { left: 1, right: 1 },
  or: { left: 0, right: 0 },
  xor: { left: 0, right: 0 },
};

export const neutralOf = (op: string, dtype: DType): Neutral =>
  (dtype === "bool" ? neutralConditions : neutrals)[op] ?? {};
