import type { Expr, Scalar } from "../../ir/scalar.ts";
import { constantsOf, ln2, polynomial, tableFor, type Expansion, type PerFloat } from "./numbers.ts";

interface Exponential {
  /** Below and above, e^x is 0 and Infinity. */
  readonly range: readonly [least: number, most: number];
  /** (e^r - 1 - r) / r^2 on |r| <= ln 2 / 2. */
  readonly exp: readonly number[];
  /** The same, closer: that e^r - 1 has a small relative error asks for more. */
  readonly expm1: readonly number[];
  /** Below this, e^x - 1 is -1, and e^x + 1 is 1. */
  readonly minusOne: number;
  /** Below this, x^2 / 2 does not show in e^x - 1. */
  readonly tiny: number;
  /** More than the digits of a number: 2^n with n this much larger is normal wherever e^x is not 0. */
  readonly reserve: number;
}

// Polynomials: minimax fits by the Remez exchange, relative to e^r and to e^r - 1.
const exponentials: PerFloat<Exponential> = {
  f32: {
    range: [-104, 89],
    exp: [
      0.4999999403953552, 0.1666652113199234, 0.04166839271783829, 0.00836874544620514, 0.00138145312666893,
    ],
    expm1: [
      0.5, 0.1666666567325592, 0.04166635870933533, 0.008333389647305012, 0.0013940668432042003,
      0.00019845883070956916,
    ],
    minusOne: -18,
    tiny: 2 ** -60,
    reserve: 24,
  },
  f64: {
    range: [-746, 710],
    exp: [
      0.5000000000000011, 0.1666666666666641, 0.041666666666529725, 0.008333333333494968,
      0.0013888888943760266, 0.00019841269505791508, 2.480149294933304e-5, 2.7557586790313437e-6,
      2.763030635921266e-7, 2.5000022387146278e-8,
    ],
    expm1: [
      0.5, 0.16666666666666677, 0.041666666666666505, 0.008333333333321653, 0.0013888888888962615,
      0.00019841269886073504, 2.480158717220529e-5, 2.7557244254085936e-6, 2.7557402798098244e-7,
      2.510902451356556e-8, 2.087532181562531e-9,
    ],
    minusOne: -40,
    tiny: 2 ** -110,
    reserve: 64,
  },
};

/** e^x. Within 1.3 ulp, of subnormal results too. */
export const exp: Expansion = (s, x) => {
  const { range, exp: fit } = tableFor(x, exponentials);
  const constant = constantsOf(s, x);
  const { n, r } = reduce(s, s.max(s.min(x, constant(range[1])), constant(range[0])));
  return scaleTwice(s, polynomial(s, r, [1, 1, ...fit]), n);
};

/** 1 / (1 + e^-x). Within 2.5 ulp, also where it is close to e^x, so that its logarithm is good. */
export const sigmoid: Expansion = (s, x) => {
  const { range, exp: fit, minusOne, reserve } = tableFor(x, exponentials);
  const constant = constantsOf(s, x);
  const { n, r } = reduce(s, s.max(s.min(x, constant(-minusOne)), constant(range[0])));
  // e^-x = 2^-n e^-r may be too large for a number, so both parts of the quotient are smaller. It is rounded once, as a
  // subnormal too.
  const atMinusR = [1, 1, ...fit].map((c, power) => (power % 2 === 0 ? c : -c));
  const e = s.scale(polynomial(s, r, atMinusR), s.subtract(s.constant("i32", -reserve), n));
  const one = constant(2 ** -reserve);
  return s.divide(one, s.add(one, e));
};

/** e^x - 1. Within 2 ulp, near 0 too. */
export const expm1: Expansion = (s, x) => {
  const { range, minusOne, tiny, expm1: fit } = tableFor(x, exponentials);
  const constant = constantsOf(s, x);
  const { n, r } = reduce(s, s.max(s.min(x, constant(range[1])), constant(minusOne)));
  const rest = s.fma(s.multiply(r, r), polynomial(s, r, fit), r);
  // e^x - 1 = 2^n (e^r - 1) + 2^n - 1, at half its size: 2^n may be too large for a number.
  const half = s.scale(constant(1), s.add(n, s.constant("i32", -1)));
  const result = s.fma(half, rest, s.subtract(half, constant(0.5)));
  return s.select(s.less(s.abs(x), constant(tiny)), x, s.add(result, result));
};

/** 2^x, for an x above the least exponent of a normal number and below the largest one. */
export const powerOfTwo: Expansion = (s, x) => {
  const { exp: fit } = tableFor(x, exponentials);
  const n = s.nearest(x);
  const r = s.multiply(s.subtract(x, n), s.constant(x.dtype, Math.LN2));
  return s.scale(polynomial(s, r, [1, 1, ...fit]), s.cast(n, "i32"));
};

/** 2^(x + low), with a low that is below the digits of x. */
export function powerOfSum(s: Scalar, x: Expr, low: Expr): Expr {
  const { range, exp: fit } = tableFor(x, exponentials);
  const constant = constantsOf(s, x);
  const [least, most] = [Math.floor(range[0] * Math.LOG2E), Math.ceil(range[1] * Math.LOG2E)];
  const within = s.max(s.min(x, constant(most)), constant(least));
  const n = s.nearest(within);
  const r = s.multiply(s.add(s.subtract(within, n), low), constant(Math.LN2));
  return scaleTwice(s, polynomial(s, r, [1, 1, ...fit]), s.cast(n, "i32"));
}

/** x 2^n, where 2^n itself may be too large or too small for a number. The first product is exact. */
function scaleTwice(s: Scalar, x: Expr, n: Expr): Expr {
  const half = s.shiftRight(n, s.constant("i32", 1));
  return s.scale(s.scale(x, half), s.subtract(n, half));
}

/** n and r of x = n ln 2 + r, with |r| <= ln 2 / 2. */
function reduce(s: Scalar, x: Expr): { readonly n: Expr; readonly r: Expr } {
  const { high, low } = tableFor(x, ln2);
  const constant = constantsOf(s, x);
  const n = s.nearest(s.multiply(x, constant(Math.LOG2E)));
  const r = s.fma(n, constant(-low), s.fma(n, constant(-high), x));
  return { n: s.cast(n, "i32"), r };
}
