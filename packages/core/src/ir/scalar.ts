import { DTypeError } from "../tensor/error.ts";
import type { DType } from "../tensor/type.ts";
import {
  comparisons,
  exactJson,
  illegal,
  type Binary,
  type Instruction,
  type Reference,
  type Unary,
} from "./instruction.ts";

export type { Body, Instruction } from "./instruction.ts";

/** A scalar while a body is being built: which instruction makes it, and its dtype. */
export interface Expr {
  readonly at: Reference;
  readonly dtype: DType;
}

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
  readAt(
    operand: number,
    dtype: DType,
    index: Expr,
    axis: { readonly size: number; readonly stride: number },
  ): Expr {
    expect("readAt", index, "i32");
    return this.#push(
      { op: "readAt", operand, index: index.at, size: axis.size, stride: axis.stride },
      dtype,
    );
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
    allow("exponent", x);
    return this.#push({ op: "exponent", x: x.at }, "i32");
  }

  scale(x: Expr, n: Expr): Expr {
    allow("scale", x);
    expect("scale", n, "i32");
    return this.#push({ op: "scale", x: x.at, n: n.at }, x.dtype);
  }

  negate(x: Expr): Expr {
    return this.#unary("negate", x);
  }
  abs(x: Expr): Expr {
    return this.#unary("abs", x);
  }
  sqrt(x: Expr): Expr {
    return this.#unary("sqrt", x);
  }
  floor(x: Expr): Expr {
    return this.#unary("floor", x);
  }
  /** To the nearest whole number, halves to even. */
  nearest(x: Expr): Expr {
    return this.#unary("nearest", x);
  }
  not(x: Expr): Expr {
    return this.#unary("not", x);
  }
  sin(x: Expr): Expr {
    return this.#unary("sin", x);
  }
  cos(x: Expr): Expr {
    return this.#unary("cos", x);
  }
  exp(x: Expr): Expr {
    return this.#unary("exp", x);
  }
  expm1(x: Expr): Expr {
    return this.#unary("expm1", x);
  }
  log(x: Expr): Expr {
    return this.#unary("log", x);
  }
  log1p(x: Expr): Expr {
    return this.#unary("log1p", x);
  }
  tanh(x: Expr): Expr {
    return this.#unary("tanh", x);
  }
  sigmoid(x: Expr): Expr {
    return this.#unary("sigmoid", x);
  }
  erf(x: Expr): Expr {
    return this.#unary("erf", x);
  }

  add(x: Expr, y: Expr): Expr {
    return this.#binary("add", x, y);
  }
  subtract(x: Expr, y: Expr): Expr {
    return this.#binary("subtract", x, y);
  }
  multiply(x: Expr, y: Expr): Expr {
    return this.#binary("multiply", x, y);
  }
  divide(x: Expr, y: Expr): Expr {
    return this.#binary("divide", x, y);
  }
  min(x: Expr, y: Expr): Expr {
    return this.#binary("min", x, y);
  }
  max(x: Expr, y: Expr): Expr {
    return this.#binary("max", x, y);
  }
  pow(x: Expr, y: Expr): Expr {
    return this.#binary("pow", x, y);
  }
  equal(x: Expr, y: Expr): Expr {
    return this.#binary("equal", x, y);
  }
  less(x: Expr, y: Expr): Expr {
    return this.#binary("less", x, y);
  }
  lessEqual(x: Expr, y: Expr): Expr {
    return this.#binary("lessEqual", x, y);
  }
  and(x: Expr, y: Expr): Expr {
    return this.#binary("and", x, y);
  }
  or(x: Expr, y: Expr): Expr {
    return this.#binary("or", x, y);
  }
  xor(x: Expr, y: Expr): Expr {
    return this.#binary("xor", x, y);
  }
  shiftLeft(x: Expr, y: Expr): Expr {
    return this.#binary("shiftLeft", x, y);
  }
  shiftRight(x: Expr, y: Expr): Expr {
    return this.#binary("shiftRight", x, y);
  }
  shiftRightUnsigned(x: Expr, y: Expr): Expr {
    return this.#binary("shiftRightUnsigned", x, y);
  }
  multiplyHighUnsigned(x: Expr, y: Expr): Expr {
    return this.#binary("multiplyHighUnsigned", x, y);
  }
  remainder(x: Expr, y: Expr): Expr {
    return this.#binary("remainder", x, y);
  }

  /** x y + z, rounded once or twice. */
  fma(x: Expr, y: Expr, z: Expr): Expr {
    allow("fma", x);
    expect("fma", y, x.dtype);
    expect("fma", z, x.dtype);
    return this.#push({ op: "fma", x: x.at, y: y.at, z: z.at }, x.dtype);
  }

  select(when: Expr, x: Expr, y: Expr): Expr {
    expect("select", when, "bool");
    expect("select", y, x.dtype);
    return this.#push({ op: "select", when: when.at, x: x.at, y: y.at }, x.dtype);
  }

  #unary(op: Unary, x: Expr): Expr {
    allow(op, x);
    return this.#push({ op, x: x.at }, x.dtype);
  }

  #binary(op: Binary, x: Expr, y: Expr): Expr {
    allow(op, x);
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

function expect(op: string, x: Expr, dtype: DType): void {
  if (x.dtype !== dtype)
    throw new DTypeError(
      `scalar ${op}: expected ${dtype}, got ${x.dtype}.`,
      "Scalars are not promoted: use s.cast.",
    );
}

function allow(op: string, x: Expr): void {
  const reason = illegal(op, x.dtype);
  if (reason) throw new DTypeError(`scalar ${op}: ${reason}.`, "Cast the operand first: s.cast(x, dtype).");
}
