import type { Expr, Scalar } from "../../ir/scalar.ts";
import { expm1 } from "./exponential.ts";
import { constantsOf, polynomial, type Expansion } from "./numbers.ts";

/** tanh x, never beyond 1. Within 4.5 ulp. */
export const tanh: Expansion = (s, x) => (x.dtype === "f64" ? byExponential(s, x) : byQuotient(s, x));

// tanh(x / 2) = p / q with p = x + c0 x^3 + c1 x^5 and q = 2 + d0 x^2 + d1 x^4 + d2 x^6. A least squares fit
// with Lawson's weights; then its last digits, and where it ends, were searched for the least error.
const p = [0.029777420684695244, 0.00011433279723860323];
const q = [2, 0.22622150182724, 0.002413863781839609, 2.461354370097979e-6];
const end = 8.918312072753906;

/**
 * By tanh x = 2 t / (1 + t^2) with t = tanh(x / 2): near 1, where it has most roundings, the error of t
 * hardly shows. As p begins with x, and q with 2, tanh of a tiny x is x.
 */
function byQuotient(s: Scalar, x: Expr): Expr {
  const constant = constantsOf(s, x);
  const within = s.max(s.min(x, constant(end)), constant(-end));
  const z = s.multiply(within, within);
  const above = s.fma(s.multiply(within, z), polynomial(s, z, p), within);
  const below = polynomial(s, z, q);
  const squares = s.fma(above, above, s.multiply(below, below));
  const y = s.multiply(above, s.divide(s.add(below, below), squares));
  // Roundings can take it past 1, and then 1 - y^2, its derivative, would be negative.
  return s.max(s.min(y, constant(1)), constant(-1));
}

/** By tanh x = e / (e + 2) with e = e^2x - 1. For |x| = 20, e is -1, or so large that the quotient is 1. */
function byExponential(s: Scalar, x: Expr): Expr {
  const constant = constantsOf(s, x);
  const within = s.max(s.min(x, constant(20)), constant(-20));
  const e = expm1(s, s.add(within, within));
  return s.divide(e, s.add(e, constant(2)));
}
