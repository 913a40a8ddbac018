import { DTypeError } from "../tensor/error.ts";
import type { DType, TensorType } from "../tensor/type.ts";
import { applyOp, type Op, type Value } from "../graph/node.ts";
import { expectShape } from "./expect.ts";

interface FullAttrs {
  readonly value: number;
  readonly type: TensorType;
}

const fullOp: Op<FullAttrs> = {
  name: "full",
  infer: (_, { type }) => [type],
  lower: { scalar: (s, _, { value, type }) => s.constant(type.dtype, value) },
  show: ({ value }) => String(value),
};

/**
 * A value with the same number everywhere.
 *
 * Shapes: -> type.shape. Nothing defaults to f32: take the type from a neighbour, `full(0, x.type)`.
 * Gradient: none, it is a constant.
 * Throws: DTypeError when the number is not representable in an integer dtype; ShapeError when a size is no size.
 */
export function full(value: number, type: TensorType): Value {
  expectShape("full", type.shape);
  if (!isRepresentable(value, type.dtype)) {
    throw new DTypeError(`full: ${value} is not representable in ${type.dtype}.`);
  }
  return applyOp(fullOp, [], { value, type: { dtype: type.dtype, shape: type.shape } })[0]!;
}

/** Whether a number can be an element of `dtype`; floats round it. */
export function isRepresentable(value: number, dtype: DType): boolean {
  if (dtype === "i32") return value === (value | 0);
  return dtype !== "bool" || value === 0 || value === 1;
}

/** Zeros of the type of `x`. */
export const zerosLike = (x: Value): Value => full(0, x.type);

/** The number that fills a value everywhere, if it was made by `full`. */
export const fillOf = (x: Value): number | undefined =>
  x.node.op === (fullOp as Op) ? (x.node.attrs as FullAttrs).value : undefined;
