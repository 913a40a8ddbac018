import { isFloat, type DType } from "../tensor/type.ts";

/** An index into a body. */
export type Reference = number;

/** One operand. `exp` to `pow` stay named until a fast engine expands them; see `docs/architecture.md`. */
export type Unary =
  | "negate"
  | "abs"
  | "sqrt"
  | "floor"
  | "nearest"
  | "not"
  | "sin"
  | "cos"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "tanh"
  | "sigmoid"
  | "erf";

/** Two operands of one dtype. `min` and `max` are NaN if either is; comparisons with NaN are false. */
export type Binary =
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "min"
  | "max"
  | "pow"
  | "equal"
  | "less"
  | "lessEqual"
  | "and"
  | "or"
  | "xor"
  | "shiftLeft"
  | "shiftRight"
  | "shiftRightUnsigned"
  | "multiplyHighUnsigned"
  | "remainder";

/** The scalar program of a kernel: static single assignment, in order. */
export type Body = readonly Instruction[];

/**
 * One scalar instruction. Every value has one dtype and is rounded to it.
 *
 * Integers wrap; shift counts are taken modulo 32; `divide` and `remainder` of integers truncate and give 0 for a zero
 * divisor. A cast from a float to i32 truncates and saturates, and NaN gives 0; a cast to bool asks whether the number
 * is other than 0, as NaN is. `pow` is JavaScript's: pow(x, 0) is 1 even for NaN, and pow(1, NaN) is NaN.
 */
export type Instruction =
  | { readonly op: "read"; readonly operand: number }
  /** Operand at `index` along an axis of `size` and `stride`; outside of it the value is 0 and no memory is touched. */
  | {
      readonly op: "readAt";
      readonly operand: number;
      readonly index: Reference;
      readonly size: number;
      readonly stride: number;
    }
  /** The coordinate along a dimension, i32. */
  | { readonly op: "index"; readonly dimension: number }
  | { readonly op: "constant"; readonly dtype: DType; readonly value: number }
  /** The result of an accumulator, in the epilogue of a reduction. */
  | { readonly op: "accumulator"; readonly which: number }
  | { readonly op: "cast"; readonly to: DType; readonly x: Reference }
  /** n of a normal x = m 2^n with 1 <= |m| < 2, as i32. Anything for 0, subnormal numbers, infinities and NaN. */
  | { readonly op: "exponent"; readonly x: Reference }
  /** x 2^n, rounded once, if 2^n is a normal number: n from -126 to 127, f64 from -1022 to 1023. Anything if not. */
  | { readonly op: "scale"; readonly x: Reference; readonly n: Reference }
  | { readonly op: Unary; readonly x: Reference }
  | { readonly op: Binary; readonly x: Reference; readonly y: Reference }
  /** x y + z, rounded once or twice as the engine likes: for sums whose last digit nobody compares. */
  | { readonly op: "fma"; readonly x: Reference; readonly y: Reference; readonly z: Reference }
  | { readonly op: "select"; readonly when: Reference; readonly x: Reference; readonly y: Reference };

/** Comparisons give a bool, whatever they compare. */
export const comparisons: ReadonlySet<string> = new Set(["equal", "less", "lessEqual"]);

const referenceFields: ReadonlySet<string> = new Set(["x", "y", "z", "n", "when", "index"]);

/** The instruction with other references. */
export const mapReferences = (i: Instruction, f: (at: Reference) => Reference): Instruction =>
  Object.fromEntries(
    Object.entries(i).map(([key, value]) => [key, referenceFields.has(key) ? f(value as Reference) : value]),
  ) as Instruction;

/** The instructions whose values an instruction takes. */
export const referencesOf = (i: Instruction): Reference[] =>
  Object.entries(i).flatMap(([key, value]) => (referenceFields.has(key) ? [value as Reference] : []));

/** The instructions that results depend on. */
export function neededFor(body: Body, results: readonly Reference[]): ReadonlySet<Reference> {
  const found = new Set(results);
  for (let at = body.length - 1; at >= 0; at--) {
    if (found.has(at)) for (const x of referencesOf(body[at]!)) found.add(x);
  }
  return found;
}

/** The dtype of every instruction of a body, given those of the operands and accumulators. */
export function dtypesOf(
  body: Body,
  operands: readonly DType[],
  accumulators: readonly DType[] = [],
): DType[] {
  const dtypes: DType[] = [];
  for (const i of body) dtypes.push(dtypeOf(i, dtypes, operands, accumulators));
  return dtypes;
}

function dtypeOf(
  i: Instruction,
  known: readonly DType[],
  operands: readonly DType[],
  accumulators: readonly DType[],
): DType {
  switch (i.op) {
    case "read":
    case "readAt":
      return operands[i.operand]!;
    case "index":
    case "exponent":
      return "i32";
    case "constant":
      return i.dtype;
    case "accumulator":
      return accumulators[i.which]!;
    case "cast":
      return i.to;
    case "scale":
      return known[i.x]!;
    default:
      return comparisons.has(i.op) ? "bool" : known[i.x]!;
  }
}

/** Instructions that are defined on floats only. */
const floatOnly: ReadonlySet<string> = new Set([
  "sqrt",
  "floor",
  "nearest",
  "sin",
  "cos",
  "exp",
  "expm1",
  "log",
  "log1p",
  "tanh",
  "sigmoid",
  "erf",
  "pow",
  "exponent",
  "scale",
  "fma",
]);

/** Instructions that are defined on i32 (and, for `and`, `or`, `xor`, `not`, on bool) only. */
const integerOnly: ReadonlySet<string> = new Set([
  "and",
  "or",
  "xor",
  "not",
  "shiftLeft",
  "shiftRight",
  "shiftRightUnsigned",
  "multiplyHighUnsigned",
  "remainder",
]);

/** Instructions that truth values have too. */
const onBool: ReadonlySet<string> = new Set([
  "and",
  "or",
  "xor",
  "not",
  "min",
  "max",
  "select",
  ...comparisons,
]);

/** Why an instruction may not be applied to a dtype; undefined when it may. */
export function illegal(op: string, dtype: DType): string | undefined {
  if (dtype === "bool" && !onBool.has(op)) return `${op} is not defined on bool`;
  if (floatOnly.has(op) && !isFloat(dtype)) return `${op} is defined on floats, not on ${dtype}`;
  if (integerOnly.has(op) && isFloat(dtype)) return `${op} is defined on integers, not on ${dtype}`;
  return undefined;
}

/** JSON that tells NaN, the infinities and -0 apart, which JSON itself writes as null and 0. */
export const exactJson = (x: unknown): string =>
  JSON.stringify(x, (_, v: unknown) =>
    Object.is(v, -0) ? "-0" : typeof v === "number" && !Number.isFinite(v) ? String(v) : v,
  );
