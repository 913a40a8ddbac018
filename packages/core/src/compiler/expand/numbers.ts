import { InternalError } from "../../tensor/error.ts";
import { isFloat } from "../../tensor/type.ts";
import type { Expr, Scalar } from "../../ir/scalar.ts";

/** What a function needs to know for each dtype that has functions. */
export type PerFloat<T> = Readonly<Record<"f32" | "f64", T>>;

/** ln 2 in two parts. The first has so few digits that its products with exponents have no rounding error. */
export const ln2: PerFloat<{ readonly high: number; readonly low: number }> = {
  f32: { high: 0.693359375, low: -0.00021219444170128554 },
  f64: { high: 0.6931471805598903, low: 5.497923018708371e-14 },
};

/** A function of one number, written in simple instructions. */
export type Expansion = (s: Scalar, x: Expr) => Expr;

export function tableFor<T>(x: Expr, tables: PerFloat<T>): T {
  if (!isFloat(x.dtype)) throw new InternalError(`functions are not defined on ${x.dtype}`);
  return tables[x.dtype];
}

/** Constants of the dtype of a scalar. */
export const constantsOf =
  (s: Scalar, { dtype }: Expr) =>
  (value: number): Expr =>
    s.constant(dtype, value);

/** c0 + c1 x + c2 x^2 + ..., by Horner's rule. */
export function polynomial(s: Scalar, x: Expr, coefficients: readonly number[]): Expr {
  const constant = constantsOf(s, x);
  const [last, ...others] = coefficients.toReversed();
  return others.reduce((sum, c) => s.fma(sum, x, constant(c)), constant(last!));
}
