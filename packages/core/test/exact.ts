import { scale } from "../src/engine/reference/float.ts";

// Functions of f64 numbers to 190 binary digits, by series and integers alone.

/** m 2^(e - 200). */
export interface Exact {
  readonly m: bigint;
  readonly e: number;
}

const digits = 200n;
const one = 1n << digits;

const times = (x: bigint, y: bigint): bigint => (x * y) >> digits;
const over = (x: bigint, y: bigint): bigint => (x << digits) / y;
const exactly = (m: bigint, e = 0): Exact => ({ m, e });

/** A number whose digits are all above 2^-200, as a multiple of that. */
function fixed(x: number): bigint {
  let lifted = 0;
  let whole = x;
  for (; !Number.isInteger(whole); lifted++) whole *= 2;
  return (BigInt(whole) << digits) >> BigInt(lifted);
}

/** The sum of terms that follow from each other, until nothing is left. */
function series(first: bigint, next: (term: bigint, n: bigint) => bigint): bigint {
  let sum = 0n;
  for (let [term, n] = [first, 1n]; term !== 0n && term !== -1n; n++) {
    sum += term;
    term = next(term, n);
  }
  return sum;
}

/** atanh(x) for a small x. */
function inverseTanh(x: bigint): bigint {
  let sum = 0n;
  for (let [power, n] = [x, 1n]; power !== 0n && power !== -1n; n += 2n, power = times(times(power, x), x)) {
    sum += power / n;
  }
  return sum;
}

function inverseTangent(inverse: bigint): bigint {
  let sum = 0n;
  for (let [power, n] = [one / inverse, 1n]; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = -power / (inverse * inverse);
  }
  return sum;
}

const ln2 = 2n * inverseTanh(one / 3n);
/** Source: Machin, 1706. */
const pi = 4n * (4n * inverseTangent(5n) - inverseTangent(239n));

function root(x: bigint): bigint {
  let y = one;
  for (let i = 0; i < 12; i++) y = (y + over(x, y)) / 2n;
  return y;
}

/** e^x - 1 by its series, for |x| below a few. */
const growth = (x: bigint): bigint => series(x, (term, n) => times(term, x) / (n + 1n));

/** e^x. */
function power(x: bigint): Exact {
  const n = x / ln2;
  return exactly(one + growth(x - n * ln2), Number(n));
}

/** The logarithm of a positive x. */
function logarithm(x: bigint): bigint {
  const n = BigInt(x.toString(2).length) - digits - 1n;
  const m = n < 0n ? x << -n : x >> n;
  return n * ln2 + 2n * inverseTanh(over(m - one, m + one));
}

const sine = (x: bigint): bigint =>
  series(x, (term, n) => -times(times(term, x), x) / (2n * n * (2n * n + 1n)));
const cosine = (x: bigint): bigint =>
  series(one, (term, n) => -times(times(term, x), x) / (2n * n * (2n * n - 1n)));

/** The sine of x + quarters pi / 2. */
function turned(x: number, quarters: bigint): Exact {
  const n = (2n * fixed(x)) / pi;
  const rest = fixed(x) - (n * pi) / 2n;
  const quadrant = (((n + quarters) % 4n) + 4n) % 4n;
  const size = quadrant % 2n === 0n ? sine(rest) : cosine(rest);
  return exactly(quadrant < 2n ? size : -size);
}

function growthOf(x: number): Exact {
  if (Math.abs(x) < 1) return exactly(growth(fixed(x)));
  const { m, e } = power(fixed(x));
  return e > 200 ? exactly(m, e) : exactly((e < 0 ? m >> BigInt(-e) : m << BigInt(e)) - one);
}

/** No digit of a number is below 2^-1074. */
const logarithmOf = (x: number): bigint =>
  x > 2 ** -100 ? logarithm(fixed(x)) : logarithm(fixed(x * 2 ** 1000)) - 1000n * ln2;

/** Each for arguments of which it is neither infinite nor 0, and that are not tiny. */
export const exact = {
  exp: (x: number): Exact => power(fixed(x)),
  expm1: growthOf,
  log: (x: number): Exact => exactly(logarithmOf(x)),
  log1p: (x: number): Exact => exactly(logarithm(one + fixed(x))),
  tanh(x: number): Exact {
    const { m, e } = growthOf(2 * x);
    return exactly(over(m, m + 2n * one), e);
  },
  sigmoid(x: number): Exact {
    const { m, e } = power(fixed(-Math.abs(x)));
    const below = one + (m >> BigInt(-e));
    return x < 0 ? exactly(over(m, below), e) : exactly(over(one, below));
  },
  erf(x: number): Exact {
    const z = times(fixed(x), fixed(x));
    // The sum over n of x (-x^2)^n / n! / (2n + 1).
    let sum = 0n;
    for (let [term, n] = [fixed(x), 0n]; term !== 0n && term !== -1n; n++, term = -times(term, z) / n) {
      sum += term / (2n * n + 1n);
    }
    return exactly(over(2n * sum, root(pi)));
  },
  sin: (x: number): Exact => turned(x, 0n),
  cos: (x: number): Exact => turned(x, 1n),
  /** Of a positive x. */
  pow: (x: number, y: number): Exact => power(times(logarithmOf(x), fixed(y))),
};

/** By how many units in the last place of an f64 a number is off. */
export function ulpsOff(got: number, { m, e }: Exact): number {
  const top = (m < 0n ? -m : m).toString(2).length - 1 - Number(digits) + e;
  const unit = Math.max(top - 52, -1074);
  // In parts of 2^-40 of the unit.
  const shift = BigInt(e - unit + 40) - digits;
  const wanted = shift < 0n ? m >> -shift : m << shift;
  return Math.abs(Number(BigInt(scale(got, -unit) * 2 ** 40) - wanted)) / 2 ** 40;
}
