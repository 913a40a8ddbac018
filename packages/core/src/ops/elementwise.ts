import { DTypeError } from "../tensor/error.ts";
import type { DType, TensorType } from "../tensor/type.ts";
import type { Expr, Scalar } from "../ir/scalar.ts";
import { applyOp, describeValue, isValue, type Op, type Traits, type Value } from "../graph/node.ts";
import { notAValue } from "../graph/not-a-value.ts";
import { broadcastShapes, broadcastTo } from "./broadcast.ts";
import { expectOneDType } from "./expect.ts";
import { full, isRepresentable } from "./full.ts";

/** What arithmetic takes: a value, or a number, which takes the dtype of its neighbour. */
export type Operand = Value | number;

/** The type of an op of one operand, and of two. */
export type UnaryFunction = (x: Operand) => Value;
export type BinaryFunction = (x: Operand, y: Operand) => Value;

/** As many `T` as there are operands. */
type Each<Operands extends readonly Operand[], T> = { readonly [K in keyof Operands]: T };

/** An elementwise op: its scalar expression and its derivative, and the op is whole. */
export interface ElementwiseRule<Operands extends readonly Operand[] = readonly Operand[]> {
  /** The value at one point, given the operands there. */
  scalar(s: Scalar, ...xs: Each<Operands, Expr>): Expr;
  /** Cotangents of the operands; undefined is zero. Absent: not differentiable. */
  vjp?(dy: Value, xs: Each<Operands, Value>, y: Value): Each<Operands, Value | undefined>;
  /** The dtypes it is defined on. Default: all but `bool`. */
  readonly on?: readonly DType[];
  /** The dtype of the result when it isn't that of the operands. */
  readonly gives?: DType;
  /** What passes may rely on. */
  readonly traits?: Traits<object>;
}

const numeric: readonly DType[] = ["f32", "f64", "i32"];
export const floats: readonly DType[] = ["f32", "f64"];

/**
 * An op of one's own that works point by point.
 *
 * Operands broadcast as in NumPy, and numbers take the dtype of their neighbours. Second derivatives and every engine
 * come from the two functions of the rule. `scalar` must list its operands one by one: they are counted. An op that
 * is mentioned in its own derivative needs a declared type, as below.
 *
 *     const cube: (x: Operand) => Value = elementwise("cube", {
 *       scalar: (s, x) => s.multiply(x, s.multiply(x, x)),
 *       vjp: (dy, [x]) => [mul(3, x, x, dy)],
 *     });
 */
export function elementwise<Operands extends readonly Operand[]>(
  name: string,
  rule: ElementwiseRule<Operands>,
): (...xs: Operands) => Value {
  const { scalar, vjp, on = numeric, gives, traits } = rule as unknown as ElementwiseRule;
  const op: Op<object> = {
    name,
    infer: ([x]) => [{ dtype: gives ?? x!.dtype, shape: x!.shape }],
    ...(vjp && {
      vjp: ({ inputs, outputs: [y] }, [dy]) => (dy ? vjp(dy, inputs, y!) : inputs.map(() => undefined)),
    }),
    lower: { scalar: (s, xs) => scalar(s, ...xs) },
    ...(traits && { traits }),
  };
  const arity = scalar.length - 1;
  return (...xs) => {
    // Further arguments are left alone: `values.map(tanh)` passes an index and an array as well.
    const expected = Array.from({ length: arity }, (_, i) => xs[i]!);
    return applyOp(op, operands(name, expected, on), {})[0]!;
  };
}

/**
 * Make operands agree: numbers become values of their neighbours' dtype, and all are broadcast to one shape.
 *
 * Throws: DTypeError when no operand is a value, when dtypes differ or the op is not defined on them, or when a number
 * does not fit the dtype; ShapeError when shapes do not broadcast.
 */
export function operands(name: string, xs: readonly Operand[], on?: readonly DType[]): readonly Value[] {
  xs.forEach((x, i) => {
    if (typeof x !== "number" && !isValue(x)) throw notAValue(name, x, i + 1);
  });
  const values = xs.filter(isValue);
  const [first] = values;
  if (!first) {
    throw new DTypeError(
      `${name}: at least one operand must be a Value.`,
      "Numbers have no dtype: lift one with full(number, type).",
    );
  }
  expectOneDType(name, values);
  const { dtype } = first.type;
  if (on && !on.includes(dtype)) throw undefinedOn(name, first, on);
  const shape = broadcastShapes(name, values);
  return xs.map((x) => (isValue(x) ? broadcastTo(x, shape) : lift(name, x, { dtype, shape }, first)));
}

function lift(name: string, x: number, type: TensorType, neighbour: Value): Value {
  if (type.dtype === "bool") {
    throw new DTypeError(
      `${name}: ${describeValue(neighbour)} is bool and ${x} a number.`,
      "Lift true and false with full(1, type) and full(0, type).",
    );
  }
  if (!isRepresentable(x, type.dtype)) {
    throw new DTypeError(
      `${name}: ${x} is not an i32, as ${describeValue(neighbour)} is.`,
      `Convert it first: cast(${neighbour.label ?? "x"}, "f32").`,
    );
  }
  if (type.dtype === "f32" && Number.isFinite(x) && !Number.isFinite(Math.fround(x))) {
    throw new DTypeError(
      `${name}: ${x} is beyond f32, which ${describeValue(neighbour)} is.`,
      "It ends at 3.4e38. Where an infinity is meant, write Infinity.",
    );
  }
  return full(x, type);
}

function undefinedOn(name: string, x: Value, on: readonly DType[]): DTypeError {
  const label = x.label ?? "x";
  const remedies = {
    bool: "Choose numbers with where(condition, x, y), or cast the condition.",
    numbers: `Compare first, e.g. greater(${label}, 0).`,
    i32: `Convert it first: cast(${label}, "f32").`,
  };
  const kind = x.type.dtype === "bool" ? "bool" : on.includes("bool") ? "numbers" : "i32";
  return new DTypeError(
    `${name}: ${describeValue(x)}: ${name} is defined on ${on.join(", ")}.`,
    remedies[kind],
  );
}
