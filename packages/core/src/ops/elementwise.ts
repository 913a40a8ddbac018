import { describe, DTypeError, ShapeError, type NamedType } from "../tensor/error.ts";
import { sameShape, type DType, type Shape, type TensorType } from "../tensor/type.ts";
import type { Expr, Scalar } from "../ir/scalar.ts";
import { applyOp, describeValue, isValue, notAValue, type Op, type Value } from "../graph/node.ts";
import { broadcastShapes, broadcastTo } from "./broadcast.ts";
import { full } from "./full.ts";

/** What arithmetic takes: a value, or a number, which takes the dtype of its neighbour. */
export type Operand = Value | number;

/** An elementwise op: its scalar expression and its derivative, and the op is whole. */
export interface ElementwiseRule {
  /** The value at one point, given the operands there. */
  scalar(s: Scalar, ...xs: Expr[]): Expr;
  /** Cotangents of the operands; undefined is zero. Absent: not differentiable. */
  vjp?(dy: Value, xs: readonly Value[], y: Value): readonly (Value | undefined)[];
  /** The dtypes it is defined on. Default: all but `bool`. */
  readonly on?: readonly DType[];
  /** The dtype of the result when it isn't that of the operands. */
  readonly gives?: DType;
}

const numeric: readonly DType[] = ["f32", "f64", "i32"];
export const floats: readonly DType[] = ["f32", "f64"];

/** The record of an elementwise op, with attributes. All inputs have the shape of the output. */
export function elementwiseOp<Attrs>(name: string, rule: Omit<ElementwiseRule, "scalar" | "vjp"> & {
  scalar(s: Scalar, xs: readonly Expr[], attrs: Attrs, type: TensorType): Expr;
  vjp?(dy: Value, xs: readonly Value[], y: Value, attrs: Attrs): readonly (Value | undefined)[];
  show?(attrs: Attrs): string;
}): Op<Attrs> {
  const { vjp, on = numeric, gives, show } = rule;
  return {
    name,
    infer(types) {
      const [first] = types;
      for (const type of types) {
        if (!on.includes(type.dtype)) throw new DTypeError(`${name}: ${describe(type)}: ${name} is defined on ${on.join(", ")}.`, castRemedy(type, on));
        if (type.dtype !== first!.dtype) throw dtypesDiffer(name, types);
        if (!sameShape(type.shape, first!.shape)) throw new ShapeError(`${name}: ${types.map(describe).join(" and ")} differ in shape.`);
      }
      return [{ dtype: gives ?? first!.dtype, shape: first!.shape }];
    },
    ...(vjp && { vjp: ({ inputs, outputs, attrs }, [dy]) => (dy ? vjp(dy, inputs, outputs[0]!, attrs) : inputs.map(() => undefined)) }),
    lower: { scalar: rule.scalar },
    ...(show && { show }),
  };
}

/**
 * An op of one's own that works point by point.
 *
 * Operands broadcast as in NumPy, and numbers take the dtype of their neighbours. Second derivatives and every engine
 * come from the two functions of the rule.
 *
 *     const square: (x: Operand) => Value = elementwise("square", {
 *       scalar: (s, x) => s.multiply(x, x),
 *       vjp: (dy, [x]) => [mul(2, x!, dy)],
 *     });
 */
export function elementwise(name: string, rule: ElementwiseRule): (...xs: readonly Operand[]) => Value {
  const op = elementwiseOp<object>(name, { ...rule, scalar: (s, xs) => rule.scalar(s, ...xs) });
  return (...xs) => applyOp(op, operands(name, xs), {})[0]!;
}

/** The type of an op of one operand, and of two. */
export type UnaryFunction = (x: Operand) => Value;
export type BinaryFunction = (x: Operand, y: Operand) => Value;

/**
 * Make operands agree: numbers become values of their neighbours' dtype, and all are broadcast to one shape.
 *
 * Throws: DTypeError when no operand is a value, when dtypes differ, or when a number does not fit the dtype;
 * ShapeError when shapes do not broadcast.
 */
export function operands(name: string, xs: readonly Operand[]): readonly Value[] {
  xs.forEach((x, i) => {
    if (typeof x !== "number" && !isValue(x)) throw notAValue(name, x, i + 1);
  });
  const values = xs.filter(isValue);
  if (values.length === 0) throw new DTypeError(`${name}: at least one operand must be a Value.`, "Numbers have no dtype: lift one with full(number, type).");
  const { dtype } = values[0]!.type;
  if (values.some((x) => x.type.dtype !== dtype)) throw dtypesDiffer(name, values.map((x) => x.type), values);
  const shape = broadcastShapes(name, values);
  return xs.map((x) => (typeof x === "number" ? lift(name, x, { dtype, shape }, values[0]!) : broadcastTo(x, shape)));
}

function lift(name: string, x: number, type: { readonly dtype: DType; readonly shape: Shape }, neighbour: Value): Value {
  if (type.dtype === "i32" && x !== (x | 0)) {
    throw new DTypeError(`${name}: ${x} is not an i32, as ${describeValue(neighbour)} is.`, `Convert it first: cast(${neighbour.label ?? "x"}, "f32").`);
  }
  if (type.dtype === "bool") throw new DTypeError(`${name}: ${describeValue(neighbour)} is bool and ${x} a number.`, "Choose numbers with where(condition, x, y), or cast the condition.");
  return full(x, type);
}

function dtypesDiffer(name: string, types: readonly NamedType[], values?: readonly Value[]): DTypeError {
  const shown = values ? values.map(describeValue) : types.map(describe);
  return new DTypeError(`${name}: ${shown.join(" and ")} differ in dtype.`, `Dtypes are not promoted: cast(x, "${types.map((t) => t.dtype).find((d) => d !== "i32" && d !== "bool") ?? "f32"}").`);
}

const castRemedy = (type: TensorType, on: readonly DType[]): string | undefined =>
  type.dtype === "bool" ? "Choose numbers with where(condition, x, y), or cast the condition." : on.includes("f32") ? `Convert it first: cast(x, "f32").` : undefined;
