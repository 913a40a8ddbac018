import { InternalError } from "../../tensor/error.ts";
import { isFloat, type DType } from "../../tensor/type.ts";
import type { Binary, Unary } from "../../ir/instruction.ts";
import { erf } from "./erf.ts";
import { exponent, nearest, scale } from "./float.ts";

type UnaryFunction = (x: number) => number;
type BinaryFunction = (x: number, y: number) => number;
type UnaryTable = Readonly<Partial<Record<Unary | "exponent", UnaryFunction>>>;
type BinaryTable = Readonly<Partial<Record<Binary | "scale", BinaryFunction>>>;

/** exp never overflows here, and the smaller of two numbers is never the difference of larger ones. */
const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

// What follows says what each instruction does to numbers. Storing the result in a typed array rounds it to f32 or f64
// and wraps it to i32. A sum, product, quotient or root of f32 numbers that is computed in f64 and then rounded is the
// correctly rounded one, because f64 has more than twice as many digits.

const floatUnary: UnaryTable = {
  negate: (x) => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  floor: Math.floor,
  nearest,
  exponent,
  sin: Math.sin,
  cos: Math.cos,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  tanh: Math.tanh,
  sigmoid,
  erf,
};

const comparisons: BinaryTable = {
  equal: (x, y) => Number(x === y),
  less: (x, y) => Number(x < y),
  lessEqual: (x, y) => Number(x <= y),
};

const floatBinary: BinaryTable = {
  ...comparisons,
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  multiply: (x, y) => x * y,
  divide: (x, y) => x / y,
  min: Math.min,
  max: Math.max,
  pow: Math.pow,
  scale,
};

const integerUnary: UnaryTable = {
  negate: (x) => -x | 0,
  abs: (x) => Math.abs(x) | 0,
  not: (x) => ~x,
};

const integerBinary: BinaryTable = {
  ...comparisons,
  add: (x, y) => (x + y) | 0,
  subtract: (x, y) => (x - y) | 0,
  multiply: Math.imul,
  divide: (x, y) => (y === 0 ? 0 : (x / y) | 0),
  remainder: (x, y) => (y === 0 ? 0 : (x % y) | 0),
  min: Math.min,
  max: Math.max,
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  // JavaScript takes shift counts modulo 32, as the instructions do.
  shiftLeft: (x, y) => x << y,
  shiftRight: (x, y) => x >> y,
  shiftRightUnsigned: (x, y) => (x >>> y) | 0,
  multiplyHighUnsigned,
};

const boolUnary: UnaryTable = { not: (x) => 1 - x };

const { and, or, xor, min, max } = integerBinary as Record<Binary, BinaryFunction>;
const boolBinary: BinaryTable = { ...comparisons, and, or, xor, min, max };

/** The upper 32 bits of the 64-bit product, by halves: every intermediate is below 2^53. */
function multiplyHighUnsigned(x: number, y: number): number {
  const [xHigh, xLow, yHigh, yLow] = [x >>> 16, x & 0xffff, y >>> 16, y & 0xffff];
  const middle = xHigh * yLow + xLow * yHigh + Math.floor((xLow * yLow) / 2 ** 16);
  return (xHigh * yHigh + Math.floor(middle / 2 ** 16)) | 0;
}

export function unaryFunction(op: Unary | "exponent", dtype: DType): UnaryFunction {
  const table = isFloat(dtype) ? floatUnary : dtype === "i32" ? integerUnary : boolUnary;
  return table[op] ?? undefinedOn(op, dtype);
}

export function binaryFunction(op: Binary | "scale", dtype: DType): BinaryFunction {
  const table = isFloat(dtype) ? floatBinary : dtype === "i32" ? integerBinary : boolBinary;
  return table[op] ?? undefinedOn(op, dtype);
}

function undefinedOn(op: string, dtype: DType): never {
  throw new InternalError(`${op} is not defined on ${dtype}`);
}

/** The function that makes one dtype of another: to i32 it truncates and saturates, and NaN gives 0. */
export function castFunction(from: DType, to: DType): UnaryFunction {
  if (to === "bool") return (x) => Number(x !== 0);
  if (to === "i32" && isFloat(from)) return (x) => Math.min(Math.max(Math.trunc(x), -(2 ** 31)), 2 ** 31 - 1);
  return (x) => x;
}
