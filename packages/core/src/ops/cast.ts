import { DTypeError } from "../tensor/error.ts";
import type { DType } from "../tensor/type.ts";
import type { Expr, Scalar } from "../ir/scalar.ts";
import { applyOp, type Op, type Value } from "../graph/node.ts";
import { expectValues } from "./expect.ts";

const castOp: Op<{ readonly to: DType }> = {
  name: "cast",
  infer: ([x], { to }) => [{ dtype: to, shape: x!.shape }],
  vjp: ({ inputs: [x] }, [dy]) => [dy && cast(dy, x!.type.dtype)],
  lower: { scalar: (s, [x], { to }) => convert(s, x!, to) },
  show: ({ to }) => to,
};

function convert(s: Scalar, x: Expr, to: DType): Expr {
  if (x.dtype === "bool") return s.select(x, s.constant(to, 1), s.constant(to, 0));
  if (to === "bool") return s.not(s.equal(x, s.constant(x.dtype, 0)));
  return s.cast(x, to);
}

const dtypes: readonly DType[] = ["f32", "f64", "i32", "bool"];

/**
 * The same numbers in another dtype.
 *
 * To i32 floats lose their fraction, those out of range become the nearest i32, and NaN becomes 0. To bool all but 0
 * are true; from bool, true is 1.
 *
 * Shapes: any -> same.
 * Gradient: dy in the dtype of x, between floats. Integers and truth values have none.
 * Throws: DTypeError.
 */
export function cast(x: Value, dtype: DType): Value {
  expectValues("cast", x);
  if (!dtypes.includes(dtype)) {
    throw new DTypeError(`cast: "${String(dtype)}" is no dtype.`, `The dtypes are ${dtypes.join(", ")}.`);
  }
  return x.type.dtype === dtype ? x : applyOp(castOp, [x], { to: dtype })[0]!;
}
