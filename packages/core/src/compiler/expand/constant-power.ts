import type { Expr, Scalar } from "../../ir/scalar.ts";
import { constantsOf } from "./numbers.ts";

/** The whole powers that a few products give within 3 ulp. */
const [least, most] = [-2, 4];

/** x to a power that is known, where products, a quotient or a root will do; undefined where not. */
export function constantPower(s: Scalar, x: Expr, power: number): Expr | undefined {
  const inverse = (of: Expr): Expr => s.divide(s.constant(x.dtype, 1), of);
  if (Math.abs(power) === 0.5) return power > 0 ? root(s, x) : inverse(root(s, x));
  if (!Number.isInteger(power) || power < least || power > most) return undefined;
  // The reciprocal comes first: the power of x could overflow where that of 1 / x is not 0 yet.
  return wholePower(s, power < 0 ? inverse(x) : x, Math.abs(power));
}

function wholePower(s: Scalar, x: Expr, power: number): Expr {
  if (power === 0) return s.constant(x.dtype, 1);
  if (power === 1) return x;
  if (power % 2 === 1) return s.multiply(wholePower(s, x, power - 1), x);
  const half = wholePower(s, x, power / 2);
  return s.multiply(half, half);
}

/** x^0.5 is the root of x but for two values: of -0 it is 0, and of -Infinity it is Infinity. */
function root(s: Scalar, x: Expr): Expr {
  const constant = constantsOf(s, x);
  const isLeast = s.equal(x, constant(-Infinity));
  return s.select(isLeast, constant(Infinity), s.sqrt(s.add(x, constant(0))));
}
