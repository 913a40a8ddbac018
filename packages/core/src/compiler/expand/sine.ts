import type { Expr, Scalar } from "../../ir/scalar.ts";
import { constantsOf, polynomial, tableFor, type Expansion, type PerFloat } from "./numbers.ts";

interface Sine {
  /** Parts of pi / 2, of so few digits that their products with numbers below 2^16 have no rounding error. */
  readonly first: readonly number[];
  /** The next parts, from where on differences may have rounding errors. */
  readonly next: readonly number[];
  /** The rest of pi / 2, in all digits of a number. */
  readonly last: number;
  /** (sin(r) / r - 1) / r^2 as a polynomial in r^2, for |r| <= pi / 4. */
  readonly sin: readonly number[];
  /** (cos(r) - 1 + r^2 / 2) / r^4, likewise. */
  readonly cos: readonly number[];
}

// Polynomials: minimax fits by the Remez exchange, relative to sine and cosine.
const sines: PerFloat<Sine> = {
  f32: {
    first: [1.5703125, 0.000484466552734375],
    next: [-6.407499313354492e-7, 9.89530235528946e-10, 2.5579538487363607e-12],
    last: 5.390302953474238e-15,
    sin: [-0.16666655242443085, 0.008332155644893646, -0.0001951463200384751],
    cos: [0.04166664555668831, -0.0013887309469282627, 2.443241282890085e-5],
  },
  f64: {
    first: [1.5707963267923333],
    next: [2.5633441515839558e-12, 1.0562999066944068e-23],
    last: 4.3359050650618903e-35,
    sin: [
      -0.1666666666666663, 0.008333333333322005, -0.0001984126982949584, 2.7557313587726946e-6,
      -2.5050742323410362e-8, 1.5895905578283447e-10,
    ],
    cos: [
      0.041666666666666595, -0.0013888888888872895, 2.4801587288748156e-5, -2.755731414861744e-7,
      2.0875696572077685e-9, -1.1358310476310512e-11,
    ],
  },
};

/**
 * sin x. Within 2 ulp for |x| <= 1e5. Beyond that the error becomes that of an x with a rounding error, and
 * where neighbouring numbers are further apart than a period, it is just some number between -1 and 1.
 */
export const sin: Expansion = (s, x) => {
  const { n, r } = reduce(s, x);
  // The remainder of -0 is 0.
  return s.select(s.equal(x, s.constant(x.dtype, 0)), x, inQuadrant(s, n, r));
};

/** cos x, as good as sin x. */
export const cos: Expansion = (s, x) => {
  const { n, r } = reduce(s, x);
  return inQuadrant(s, s.add(n, s.constant("i32", 1)), r);
};

/** n and r of x = n pi / 2 + r, with |r| <= pi / 4. */
function reduce(s: Scalar, x: Expr): { readonly n: Expr; readonly r: Expr } {
  const { first, next, last } = tableFor(x, sines);
  const constant = constantsOf(s, x);
  const n = s.nearest(s.multiply(x, constant(2 / Math.PI)));
  let high = first.reduce((rest, part) => s.fma(n, constant(-part), rest), x);
  // Where x is close to a multiple of pi / 2, these differences have no rounding errors. Elsewhere they have,
  // but they are known: that of high - product, by Dekker, 1971, is (high - difference) - product.
  const lost = next.map((part) => {
    const product = s.multiply(n, constant(part));
    const difference = s.subtract(high, product);
    const error = s.subtract(s.subtract(high, difference), product);
    high = difference;
    return error;
  });
  const low = s.fma(
    n,
    constant(-last),
    lost.reduce((sum, error) => s.add(sum, error)),
  );
  const r = s.max(s.min(s.add(high, low), constant(1)), constant(-1));
  return { n: s.cast(n, "i32"), r };
}

/** The sine of n pi / 2 + r. */
function inQuadrant(s: Scalar, n: Expr, r: Expr): Expr {
  const fits = tableFor(r, sines);
  const integer = (value: number): Expr => s.constant("i32", value);
  const z = s.multiply(r, r);
  const sine = s.fma(s.multiply(r, z), polynomial(s, z, fits.sin), r);
  const cosine = polynomial(s, z, [1, -0.5, ...fits.cos]);
  const isEven = s.equal(s.and(n, integer(1)), integer(0));
  const size = s.select(isEven, sine, cosine);
  return s.select(s.equal(s.and(n, integer(2)), integer(0)), size, s.negate(size));
}
