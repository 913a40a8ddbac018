/** A derivative by differences. */
export interface Difference {
  readonly value: number;
  /** How far truncation and rounding may have put it off. Infinite where no step gave finite numbers. */
  readonly bound: number;
  /** The largest of the three steps that gave it. */
  readonly step: number;
}

/** What is known of a function before it is differentiated. */
export interface Precision {
  /** How far one of its values may be off by rounding. */
  readonly noise: number;
  /** The search for a better step ends at this bound. */
  readonly goal: number;
}

/** Steps are powers of two, so that 0 + step loses nothing. The first window is 2^-5, 2^-6, 2^-7. */
const first = 5;
const smallest = 30;
const largest = -4;

/**
 * The derivative of f at 0, with a bound on its error.
 *
 * With central differences D(h) = (f(h) - f(-h)) / 2h at three steps h, h/2, h/4, Richardson's extrapolation
 *
 *     D4 = (4 D(h/4) - D(h/2)) / 3                      off by O(h^4)
 *     D6 = (64 D(h/4) - 20 D(h/2) + D(h)) / 45          off by O(h^6)
 *
 * removes the errors of the second and then the fourth order. D6 is the answer. Its bound is a sum of two:
 *
 * - truncation: |D6 - D4|, which is the error of D4 and so, where h is small enough to matter, far above that of D6;
 * - rounding: each D(h) is off by at most noise / h, so D6 by (64/45 4 + 20/45 2 + 1/45) noise / h = 6.6 noise / h.
 *
 * The first falls and the second grows as h shrinks. h is halved until the sum reaches the goal or rounding alone is worse than
 * what has been found; should that not do, it is doubled from where it began. Values that are not finite, beyond a pole
 * or the end of a domain, count as an infinite bound, so that they too make the step smaller.
 *
 * Source: Ridders, Accurate computation of F'(x) and F'(x)F''(x), 1982.
 */
export function differentiate(f: (t: number) => number, { noise, goal }: Precision): Difference {
  const slopes = new Map<number, number>();
  const slope = (k: number): number => {
    const h = 2 ** -k;
    const known = slopes.get(k) ?? (f(h) - f(-h)) / (2 * h);
    slopes.set(k, known);
    return known;
  };
  let best: Difference = { value: NaN, bound: Infinity, step: 2 ** -first };
  /** Try the window that begins with 2^-k, and say whether going on in this direction can help. */
  const improve = (k: number, worsening: "rounding" | "truncation"): boolean => {
    const [a, b, c] = [slope(k), slope(k + 1), slope(k + 2)];
    const d4 = (4 * c - b) / 3;
    const value = (64 * c - 20 * b + a) / 45;
    const errors = { truncation: Math.abs(value - d4), rounding: 6.6 * noise * 2 ** k };
    const bound = errors.truncation + errors.rounding;
    if (bound < best.bound) best = { value, bound, step: 2 ** -k };
    return best.bound > goal && !(errors[worsening] > best.bound);
  };
  let k = first;
  while (improve(k, "rounding") && k < smallest) k++;
  if (best.bound <= goal) return best;
  k = first - 1;
  while (improve(k, "truncation") && k > largest) k--;
  return best;
}

/** Points of a table of differences. */
const points = 9;

/** Distances of these points, as powers of two: far enough for x + t v to change at most of them. */
const spacings = [26, 20, 15, 11];

/**
 * How far a value of f near 0 may be off by rounding, measured: eight standard deviations of its noise.
 *
 * Along nine points so close that f is a polynomial of low degree to all digits, high differences hold nothing of f and
 * all of its rounding errors: if these are independent with deviation s, then the square of a k-th difference is
 * s^2 (2k)! / k!^2 on average. Of points 2^-b apart the k-th differences count where 2^(-b k) is below the last digit.
 * Several distances are tried, because errors need not change from one close point to the next.
 *
 * Source: More, Wild, Estimating computational noise, 2011, section 3.
 */
export function measureNoise(f: (t: number) => number): number {
  return 8 * Math.max(...spacings.map((bits) => deviationOf(f, bits)));
}

function deviationOf(f: (t: number) => number, bits: number): number {
  let row = Array.from({ length: points }, (_, i) => f(i * 2 ** -bits));
  let deviation = 0;
  let weight = 1;
  for (let k = 1; k <= 5; k++) {
    row = row.slice(1).map((y, i) => y - row[i]!);
    // k!^2 / (2k)!, one factor at a time.
    weight *= k / (2 * (2 * k - 1));
    const square = row.reduce((sum, y) => sum + y * y, 0) / row.length;
    if (k * bits >= 55) deviation = Math.max(deviation, Math.sqrt(weight * square));
  }
  return deviation;
}
