import type { Expr, Scalar } from "../../ir/scalar.ts";
import { powerOfSum } from "./exponential.ts";
import { takeApart } from "./logarithm.ts";
import { constantsOf, polynomial, tableFor, type PerFloat } from "./numbers.ts";

// x^y = 2^(y log2 |x|), and as many digits of the logarithm are lost as the exponent has in front of its
// point. So it is computed in about one and a half times the digits, as sums of two numbers. Method: the
// comments of fdlibm's e_pow.c, Sun, 1993; sums and products of two numbers: Dekker, A floating-point
// technique for extending the available precision, 1971.

interface Power {
  /** Times this and back leaves the upper half of the digits of a number. */
  readonly splitter: number;
  /** Added and taken away again, it rounds a number between 1 and 4 to the upper half of its digits. */
  readonly rounder: number;
  /** (3 log q / (2 t) - 3 - t^2) / t^4 with q = (1 + t) / (1 - t), in t^2, for q within sqrt 2 of 1. */
  readonly fit: readonly number[];
  /** 2 / (3 ln 2): the number, its upper half, and the rest. */
  readonly unit: readonly [whole: number, upper: number, lower: number];
  /** Powers beyond this make even the number next to 1 infinite or 0. */
  readonly mostPower: number;
  /** 2 to the power of this is infinite. */
  readonly mostExponent: number;
}

// Polynomials: minimax fits by the Remez exchange, relative to the logarithm.
const powers: PerFloat<Power> = {
  f32: {
    splitter: 2 ** 12 + 1,
    rounder: 1.5 * 2 ** 13,
    fit: [0.6000022888183594, 0.42820626497268677, 0.3512973592512309],
    unit: [0.9617967009544373, 0.9619140625, -0.00011736857413779944],
    mostPower: 2 ** 40,
    mostExponent: 200,
  },
  f64: {
    splitter: 2 ** 27 + 1,
    rounder: 1.5 * 2 ** 27,
    fit: [
      0.6000000000000341, 0.4285714285513786, 0.33333333782024865, 0.2727267635626076, 0.23080145260890497,
      0.19885004161652853, 0.1979661664079951,
    ],
    unit: [0.9617966939259756, 0.9617967009544373, -7.028461650952758e-9],
    mostPower: 2 ** 80,
    mostExponent: 2000,
  },
};

/** A number as the sum of two: `high` is the sum, rounded or cut, and `low` the rest. */
interface Sum {
  readonly high: Expr;
  readonly low: Expr;
}

/** x^y as Math.pow gives it, also at its many special values. Within 1.5 ulp. */
export function pow(s: Scalar, x: Expr, y: Expr): Expr {
  const { mostPower, mostExponent } = tableFor(x, powers);
  const constant = constantsOf(s, x);
  const [zero, size] = [constant(0), s.abs(x)];
  const isZero = s.equal(size, zero);
  const { isWhole, isOdd } = parity(s, y);
  const { logarithm, sign } = logarithmOf(s, { x, size, isZero });

  // The logarithm as one number, and right where it is not a finite one.
  const undefinedPower = s.and(s.less(x, zero), s.not(isWhole));
  const finite = s.select(undefinedPower, constant(NaN), s.add(logarithm.high, logarithm.low));
  const rough = s.select(
    isZero,
    constant(-Infinity),
    s.select(s.less(size, constant(Infinity)), finite, size),
  );
  const roughExponent = s.multiply(y, rough);

  const within = s.max(s.min(y, constant(mostPower)), constant(-mostPower));
  const exponent = product(s, within, logarithm);
  const isFine = s.less(s.abs(roughExponent), constant(mostExponent));
  const power = powerOfSum(
    s,
    s.select(isFine, exponent.high, roughExponent),
    s.select(isFine, exponent.low, zero),
  );
  const signed = s.select(s.and(isOdd, s.less(sign, zero)), s.negate(power), power);
  return s.select(s.equal(y, zero), constant(1), signed);
}

/** What is true of whole numbers and odd ones. Infinities are even. */
function parity(s: Scalar, y: Expr): { readonly isWhole: Expr; readonly isOdd: Expr } {
  const isWholeNumber = (x: Expr): Expr => s.equal(s.floor(x), x);
  const isWhole = isWholeNumber(y);
  const half = s.multiply(y, s.constant(y.dtype, 0.5));
  return { isWhole, isOdd: s.and(isWhole, s.not(isWholeNumber(half))) };
}

/** log2 |x|, for a finite x other than 0; and a number that has the sign of x even where x is 0. */
function logarithmOf(
  s: Scalar,
  { x, size, isZero }: { readonly x: Expr; readonly size: Expr; readonly isZero: Expr },
): { readonly logarithm: Sum; readonly sign: Expr } {
  const { rounder, fit, unit } = tableFor(x, powers);
  const constant = constantsOf(s, x);
  const one = constant(1);
  const { m, n } = takeApart(s, size);

  // t = (m - 1) / (m + 1), in two parts of which the first has half the digits.
  const f = s.subtract(m, one);
  const below = s.add(m, one);
  const belowUpper = s.subtract(s.add(below, constant(rounder)), constant(rounder));
  const belowLower = s.subtract(m, s.subtract(belowUpper, one));
  // One division serves two purposes: that of 1 by 0 tells the sign of the 0.
  const inverse = s.divide(one, s.select(isZero, x, below));
  const t = s.multiply(f, inverse);
  const upper = upperHalf(s, t);
  const remainder = s.subtract(s.subtract(f, s.multiply(upper, belowUpper)), s.multiply(upper, belowLower));
  const lower = s.multiply(remainder, inverse);

  // log m = 2/3 t (3 + t^2 + t^4 fit(t^2)).
  const square = s.multiply(upper, upper);
  const z = s.multiply(t, t);
  const rest = s.fma(s.multiply(z, z), polynomial(s, z, fit), s.multiply(lower, s.add(upper, t)));
  const three = s.add(s.add(constant(3), square), rest);
  const threeUpper = s.subtract(s.add(three, constant(rounder)), constant(rounder));
  const threeLower = s.subtract(rest, s.subtract(s.subtract(threeUpper, constant(3)), square));
  const main = s.multiply(upper, threeUpper);
  const minor = s.fma(lower, threeUpper, s.multiply(threeLower, t));
  const both = upperHalf(s, s.add(main, minor));
  const bothLower = s.subtract(minor, s.subtract(both, main));
  const high = s.multiply(both, constant(unit[1]));
  const low = s.fma(both, constant(unit[2]), s.multiply(bothLower, constant(unit[0])));

  // log2 |x| = n + log2 m.
  const cut = upperHalf(s, s.add(s.add(high, low), n));
  const logarithm = { high: cut, low: s.subtract(low, s.subtract(s.subtract(cut, n), high)) };
  return { logarithm, sign: s.select(isZero, inverse, x) };
}

/** The product of a number and a sum whose higher part has half the digits. */
function product(s: Scalar, y: Expr, { high, low }: Sum): Sum {
  const upper = upperHalf(s, y);
  const main = s.multiply(upper, high);
  const minor = s.fma(y, low, s.multiply(s.subtract(y, upper), high));
  const sum = s.add(main, minor);
  return { high: sum, low: s.subtract(minor, s.subtract(sum, main)) };
}

/** The upper half of the digits of a number. */
function upperHalf(s: Scalar, x: Expr): Expr {
  const scaled = s.multiply(x, s.constant(x.dtype, tableFor(x, powers).splitter));
  return s.subtract(scaled, s.subtract(scaled, x));
}
