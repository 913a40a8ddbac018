import type { Expr, Scalar } from "../../ir/scalar.ts";
import { constantsOf, ln2, polynomial, tableFor, type Expansion, type PerFloat } from "./numbers.ts";

interface Logarithm {
  /** Numbers below this are made larger by 2^lift, so that they are normal after a quarter is taken. */
  readonly small: number;
  readonly lift: number;
  /** (log q / t - 2) / t^2 with q = (1 + t) / (1 - t), as a polynomial in t^2, for q within sqrt 2 of 1. */
  readonly fit: readonly number[];
}

// Polynomials: minimax fits by the Remez exchange, relative to the logarithm.
const logarithms: PerFloat<Logarithm> = {
  f32: {
    small: 2 ** -120,
    lift: 30,
    fit: [0.6666677594184875, 0.399774968624115, 0.2987307608127594],
  },
  f64: {
    small: 2 ** -1000,
    lift: 100,
    fit: [
      0.6666666666666735, 0.3999999999941109, 0.28571428743262817, 0.22222198476007796, 0.181835697368624,
      0.1531390336398416, 0.14797506182126632,
    ],
  },
};

/** log x. Within 1 ulp; -Infinity at 0, NaN below. */
export const log: Expansion = (s, x) => {
  const { m, n } = takeApart(s, x);
  return atTheEnds(s, x, x, logarithm(s, n, s.subtract(m, s.constant(x.dtype, 1))));
};

/** log(1 + x). Within 1.5 ulp, near 0 too; -Infinity at -1, NaN below. */
export const log1p: Expansion = (s, x) => {
  const constant = constantsOf(s, x);
  // u + c = 1 + x exactly, by Dekker, 1971: the smaller term is added to the larger one.
  const [large, less] = [s.max(x, constant(1)), s.min(x, constant(1))];
  const u = s.add(large, less);
  const c = s.subtract(less, s.subtract(u, large));
  const { m, n } = takeQuarterApart(s, s.multiply(u, constant(1 / 4)));
  const lost = s.multiply(s.scale(c, s.negate(n)), constant(1 / 4));
  const f = s.add(s.subtract(m, constant(1)), lost);
  const result = logarithm(s, s.add(s.cast(n, x.dtype), constant(2)), f);
  return s.select(s.equal(x, constant(0)), x, atTheEnds(s, x, u, result));
};

/** m and n of a positive finite x = m 2^n, with m between sqrt(1/2) and sqrt(2); n is a float. */
export function takeApart(s: Scalar, x: Expr): { readonly m: Expr; readonly n: Expr } {
  const { small, lift } = tableFor(x, logarithms);
  const constant = constantsOf(s, x);
  const isSmall = s.less(x, constant(small));
  const quarter = s.multiply(x, s.select(isSmall, constant(2 ** lift), constant(1 / 4)));
  const { m, n } = takeQuarterApart(s, quarter);
  return { m, n: s.add(s.cast(n, x.dtype), s.select(isSmall, constant(-lift), constant(2))) };
}

/** The same, with n as i32, of a quarter of a number: so 2^n and 2^-n are normal. */
function takeQuarterApart(s: Scalar, x: Expr): { readonly m: Expr; readonly n: Expr } {
  const n = s.exponent(s.multiply(x, s.constant(x.dtype, Math.SQRT2)));
  return { m: s.scale(x, s.negate(n)), n };
}

/** n ln 2 + log(1 + f). */
function logarithm(s: Scalar, n: Expr, f: Expr): Expr {
  const { fit } = tableFor(f, logarithms);
  const { high, low } = tableFor(f, ln2);
  const constant = constantsOf(s, f);
  // With t = f / (2 + f), log(1 + f) = 2 t + t R(t^2); and f, which has no error, is most of it:
  // 2 t = f - t f, and t f = h - t h for h = f^2 / 2. Source: the comments of fdlibm's e_log.c, Sun, 1993.
  const t = s.divide(f, s.add(constant(2), f));
  const z = s.multiply(t, t);
  const h = s.multiply(constant(0.5), s.multiply(f, f));
  const rest = s.fma(t, s.add(h, s.multiply(z, polynomial(s, z, fit))), s.multiply(n, constant(low)));
  return s.fma(n, constant(high), s.subtract(f, s.subtract(h, rest)));
}

/** A logarithm where its argument `u` is not a positive finite number; Infinity and NaN are those of x. */
function atTheEnds(s: Scalar, x: Expr, u: Expr, inside: Expr): Expr {
  const constant = constantsOf(s, x);
  const atZero = s.select(s.equal(u, constant(0)), constant(-Infinity), constant(NaN));
  const positive = s.select(s.less(constant(0), u), inside, atZero);
  return s.select(s.less(x, constant(Infinity)), positive, x);
}
