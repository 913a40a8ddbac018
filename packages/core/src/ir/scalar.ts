import { DTypeError, InternalError } from "../tensor/error.ts";
import { isFloat, type DType } from "../tensor/type.ts";

/** An index into a body. */
export type Reference = number;

/** One operand. `exp` to `pow` stay named until a fast engine expands them; see `docs/architecture.md`. */
export type Unary =
  | "negate" | "abs" | "sqrt" | "floor" | "nearest" | "not" | "sin" | "cos"
  | "exp" | "expm1" | "log" | "log1p" | "tanh" | "sigmoid" | "erf";

/** Two operands of one dtype. `min` and `max` are NaN if either is; comparisons with NaN are false. */
export type Binary =
  | "add" | "subtract" | "multiply" | "divide" | "min" | "max" | "pow"
  | "equal" | "less" | "lessEqual"
  | "and" | "or" | "xor" | "shiftLeft" | "shiftRight" | "shiftRightUnsigned" | "multiplyHighUnsigned" | "remainder";

/** The scalar program of a kernel: static single assignment, in order. */
export type Body = readonly Instruction[];

/**
 * One scalar instruction. Every value has one dtype and is rounded to it.
 *
 * Integers wrap; shift counts are taken modulo 32; `divide` and `remainder` of integers truncate and give 0 for a zero
 * divisor; a cast from a float truncates and saturates, and NaN gives 0.
 */
export type Instruction =
  | { readonly op: "read"; readonly operand: number }
  /** Operand at `index` along an axis of `size` and `stride`; outside of it the value is 0 and no memory is touched. */
  | { readonly op: "readAt"; readonly operand: number; readonly index: Reference; readonly size: number; readonly stride: number }
  /** The coordinate along a dimension, i32. */
  | { readonly op: "index"; readonly dimension: number }
  | { readonly op: "constant"; readonly dtype: DType; readonly value: number }
  /** The result of an accumulator, in the epilogue of a reduction or contraction. */
  | { readonly op: "accumulator"; readonly which: number }
  | { readonly op: "cast"; readonly to: DType; readonly x: Reference }
  /** Exponent of a finite, non-zero float as i32: x = m 2^exponent with 1 <= |m| < 2. */
  | { readonly op: "exponent"; readonly x: Reference }
  /** x 2^n. */
  | { readonly op: "scale"; readonly x: Reference; readonly n: Reference }
  | { readonly op: Unary; readonly x: Reference }
  | { readonly op: Binary; readonly x: Reference; readonly y: Reference }
  /** x y + z, rounded once or twice as the program says. */
  | { readonly op: "fma"; readonly x: Reference; readonly y: Reference; readonly z: Reference }
  | { readonly op: "select"; readonly when: Reference; readonly x: Reference; readonly y: Reference };

/** A scalar while a body is being built: which instruction makes it, and its dtype. */
export interface Expr {
  readonly at: Reference;
  readonly dtype: DType;
}

const comparisons: ReadonlySet<string> = new Set(["equal", "less", "lessEqual"]);

/**
 * Builds a body. Equal instructions are one, so a body never computes the same thing twice.
 *
 * This is the `s` of an op's `scalar` rule: `scalar: (s, x) => s.multiply(x, x)`.
 */
export class Scalar {
  readonly body: Instruction[] = [];
  readonly #seen = new Map<string, Expr>();

  /** The operand at the current point. */
  read(operand: number, dtype: DType): Expr {
    return this.#push({ op: "read", operand }, dtype);
  }

  /** The operand at a computed index along one of its axes. */
  readAt(operand: number, dtype: DType, index: Expr, axis: { readonly size: number; readonly stride: number }): Expr {
    expect("readAt", index, "i32");
    return this.#push({ op: "readAt", operand, index: index.at, size: axis.size, stride: axis.stride }, dtype);
  }

  /** The coordinate along an axis of the shape that the op computes, i32. */
  index(dimension: number): Expr {
    return this.#push({ op: "index", dimension }, "i32");
  }

  constant(dtype: DType, value: number): Expr {
    return this.#push({ op: "constant", dtype, value }, dtype);
  }

  accumulator(which: number, dtype: DType): Expr {
    return this.#push({ op: "accumulator", which }, dtype);
  }

  cast(x: Expr, to: DType): Expr {
    return x.dtype === to ? x : this.#push({ op: "cast", to, x: x.at }, to);
  }

  exponent(x: Expr): Expr {
    return this.#push({ op: "exponent", x: x.at }, "i32");
  }

  scale(x: Expr, n: Expr): Expr {
    expect("scale", n, "i32");
    return this.#push({ op: "scale", x: x.at, n: n.at }, x.dtype);
  }

  negate(x: Expr): Expr { return this.#unary("negate", x); }
  abs(x: Expr): Expr { return this.#unary("abs", x); }
  sqrt(x: Expr): Expr { return this.#unary("sqrt", x); }
  floor(x: Expr): Expr { return this.#unary("floor", x); }
  /** To the nearest whole number, halves to even. */
  nearest(x: Expr): Expr { return this.#unary("nearest", x); }
  not(x: Expr): Expr { return this.#unary("not", x); }
  sin(x: Expr): Expr { return this.#unary("sin", x); }
  cos(x: Expr): Expr { return this.#unary("cos", x); }
  exp(x: Expr): Expr { return this.#unary("exp", x); }
  expm1(x: Expr): Expr { return this.#unary("expm1", x); }
  log(x: Expr): Expr { return this.#unary("log", x); }
  log1p(x: Expr): Expr { return this.#unary("log1p", x); }
  tanh(x: Expr): Expr { return this.#unary("tanh", x); }
  sigmoid(x: Expr): Expr { return this.#unary("sigmoid", x); }
  erf(x: Expr): Expr { return this.#unary("erf", x); }

  add(x: Expr, y: Expr): Expr { return this.#binary("add", x, y); }
  subtract(x: Expr, y: Expr): Expr { return this.#binary("subtract", x, y); }
  multiply(x: Expr, y: Expr): Expr { return this.#binary("multiply", x, y); }
  divide(x: Expr, y: Expr): Expr { return this.#binary("divide", x, y); }
  min(x: Expr, y: Expr): Expr { return this.#binary("min", x, y); }
  max(x: Expr, y: Expr): Expr { return this.#binary("max", x, y); }
  pow(x: Expr, y: Expr): Expr { return this.#binary("pow", x, y); }
  equal(x: Expr, y: Expr): Expr { return this.#binary("equal", x, y); }
  less(x: Expr, y: Expr): Expr { return this.#binary("less", x, y); }
  lessEqual(x: Expr, y: Expr): Expr { return this.#binary("lessEqual", x, y); }
  and(x: Expr, y: Expr): Expr { return this.#binary("and", x, y); }
  or(x: Expr, y: Expr): Expr { return this.#binary("or", x, y); }
  xor(x: Expr, y: Expr): Expr { return this.#binary("xor", x, y); }
  shiftLeft(x: Expr, y: Expr): Expr { return this.#binary("shiftLeft", x, y); }
  shiftRight(x: Expr, y: Expr): Expr { return this.#binary("shiftRight", x, y); }
  shiftRightUnsigned(x: Expr, y: Expr): Expr { return this.#binary("shiftRightUnsigned", x, y); }
  multiplyHighUnsigned(x: Expr, y: Expr): Expr { return this.#binary("multiplyHighUnsigned", x, y); }
  remainder(x: Expr, y: Expr): Expr { return this.#binary("remainder", x, y); }

  select(when: Expr, x: Expr, y: Expr): Expr {
    expect("select", when, "bool");
    expect("select", y, x.dtype);
    return this.#push({ op: "select", when: when.at, x: x.at, y: y.at }, x.dtype);
  }

  #unary(op: Unary, x: Expr): Expr {
    return this.#push({ op, x: x.at }, x.dtype);
  }

  #binary(op: Binary, x: Expr, y: Expr): Expr {
    expect(op, y, x.dtype);
    return this.#push({ op, x: x.at, y: y.at }, comparisons.has(op) ? "bool" : x.dtype);
  }

  #push(instruction: Instruction, dtype: DType): Expr {
    const key = exactJson(instruction);
    const known = this.#seen.get(key);
    if (known) return known;
    const made = { at: this.body.length, dtype };
    this.body.push(instruction);
    this.#seen.set(key, made);
    return made;
  }
}

/** JSON that tells NaN, the infinities and -0 apart, which JSON itself writes as null and 0. */
export const exactJson = (x: unknown): string =>
  JSON.stringify(x, (_, v: unknown) => (Object.is(v, -0) ? "-0" : typeof v === "number" && !Number.isFinite(v) ? String(v) : v));

function expect(op: string, x: Expr, dtype: DType): void {
  if (x.dtype !== dtype) throw new DTypeError(`scalar ${op}: expected ${dtype}, got ${x.dtype}.`, "Scalars are not promoted: use s.cast.");
}

const referenceFields: ReadonlySet<string> = new Set(["x", "y", "z", "n", "when", "index"]);

/** The instruction with other references. */
export const mapReferences = (i: Instruction, f: (at: Reference) => Reference): Instruction =>
  Object.fromEntries(Object.entries(i).map(([key, value]) => [key, referenceFields.has(key) ? f(value as Reference) : value])) as Instruction;

/** The instructions whose values an instruction takes. */
export const referencesOf = (i: Instruction): Reference[] =>
  Object.entries(i).flatMap(([key, value]) => (referenceFields.has(key) ? [value as Reference] : []));

/** The dtype of every instruction of a body, given those of the operands and accumulators. */
export function dtypesOf(body: Body, operands: readonly DType[], accumulators: readonly DType[] = []): DType[] {
  const dtypes: DType[] = [];
  for (const i of body) dtypes.push(dtypeOf(i, dtypes, operands, accumulators));
  return dtypes;
}

function dtypeOf(i: Instruction, known: readonly DType[], operands: readonly DType[], accumulators: readonly DType[]): DType {
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
      if (!("x" in i)) throw new InternalError(`instruction ${JSON.stringify(i)} has no dtype`);
      return comparisons.has(i.op) ? "bool" : known[i.x]!;
  }
}

/** Instructions that are defined on floats only. */
export const floatOnly: ReadonlySet<string> = new Set([
  "sqrt", "floor", "nearest", "sin", "cos", "exp", "expm1", "log", "log1p", "tanh", "sigmoid", "erf", "pow", "exponent", "scale", "fma",
]);

/** Instructions that are defined on i32 (and, for `and`, `or`, `xor`, `not`, on bool) only. */
export const integerOnly: ReadonlySet<string> = new Set([
  "and", "or", "xor", "not", "shiftLeft", "shiftRight", "shiftRightUnsigned", "multiplyHighUnsigned", "remainder",
]);

/** Instructions that truth values have too. */
const onBool: ReadonlySet<string> = new Set(["and", "or", "xor", "not", "min", "max", "select", ...comparisons]);

/** Why an instruction may not be applied to a dtype; undefined when it may. */
export function illegal(op: string, dtype: DType): string | undefined {
  if (dtype === "bool" && !onBool.has(op)) return `${op} is not defined on bool`;
  if (floatOnly.has(op) && !isFloat(dtype)) return `${op} is defined on floats, not on ${dtype}`;
  if (integerOnly.has(op) && isFloat(dtype)) return `${op} is defined on integers, not on ${dtype}`;
  return undefined;
}
