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

/** Steps are powers of two, so that 0 + step loses nothing. The first ones are 2^-4 to 2^-7. */
const first = 4;
const smallest = 30;
const largest = -4;

/** The largest step that is always taken. */
export const firstStep: number = 2 ** -first;

/**
 * The derivative of f at 0, with a bound on its error.
 *
 * With central differences D(h) = (f(h) - f(-h)) / 2h, Richardson's extrapolation
 *
 *     D4(h) = (4 D(h/2) - D(h)) / 3                     off by O(h^4)
 *     D6(h) = (16 D4(h/2) - D4(h)) / 15                 off by O(h^6)
 *
 * removes the errors of the second and then the fourth order. The answer is D6(h), of the steps h, h/2 and h/4. Its
 * bound is a sum of three:
 *
 * - truncation: |D6(h) - D4(h/2)|, which is the error of D4 and so, where h is small enough to matter, far above that
 *   of D6; and |D6(h) - D6(2h)|, 63 times the error of D6. One of them may vanish by chance, both hardly will;
 * - rounding: each D(h) is off by at most noise / h, so D6 by (64/45 4 + 20/45 2 + 1/45) noise / h = 6.6 noise / h.
 *
 * Truncation falls and rounding grows as h shrinks. h is halved until the sum reaches the goal, or until rounding alone
 * is worse than what has been found; should that not do, it is doubled from where it began. Values that are not finite,
 * beyond a pole or the end of a domain, count as an infinite bound, so that they too make the step smaller.
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
  const fourth = (k: number): number => (4 * slope(k + 1) - slope(k)) / 3;
  const sixth = (k: number): number => (16 * fourth(k + 1) - fourth(k)) / 15;
  let best: Difference = { value: NaN, bound: Infinity, step: 2 ** -first };
  /** Try the steps from 2^-k to 2^-(k + 3), and say whether going on in this direction can help. */
  const improve = (k: number, worsening: "rounding" | "truncation"): boolean => {
    const value = sixth(k + 1);
    const errors = {
      truncation: Math.abs(value - fourth(k + 2)) + Math.abs(value - sixth(k)),
      rounding: 6.6 * noise * 2 ** (k + 1),
    };
    const bound = errors.truncation + errors.rounding;
    if (bound < best.bound) best = { value, bound, step: 2 ** -(k + 1) };
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

/** The closest of them alone: for a function that may jump nearby. */
export const finest: readonly number[] = spacings.slice(0, 1);

/**
 * Tables are made at each distance and at two shares of it. Where a result moves by nearly a whole number of its last
 * digits from point to point, all points have the same rounding error and hide it; at three distances none does.
 */
const shares = [1, Math.SQRT1_2, 0.61];

/**
 * How far a value of f near 0 may be off by rounding, measured: eight standard deviations of its noise.
 *
 * Along nine points so close that f is a polynomial of low degree to all digits, high differences hold nothing of f and
 * all of its rounding errors: if these are independent with deviation s, then the square of a k-th difference is
 * s^2 (2k)! / k!^2 on average. Of points h apart the k-th differences count where h^k is below the last digit. The
 * closest points that show errors at all are taken: those of a function that moves in steps change only from one step
 * to the next.
 *
 * Source: More, Wild, Estimating computational noise, 2011, section 3.
 */
export function measureNoise(f: (t: number) => number, distances: readonly number[] = spacings): number {
  for (const bits of distances) {
    const deviation = Math.max(...shares.map((share) => deviationOf(f, share * 2 ** -bits)));
    if (deviation !== 0) return 8 * deviation;
  }
  return 0;
}

function deviationOf(f: (t: number) => number, distance: number): number {
  // All on one side of 0, where a kink may be.
  let row = Array.from({ length: points }, (_, i) => f((i + 1) * distance));
  let deviation = 0;
  let weight = 1;
  for (let k = 1; k <= 5; k++) {
    row = row.slice(1).map((y, i) => y - row[i]!);
    // k!^2 / (2k)!, one factor at a time.
    weight *= k / (2 * (2 * k - 1));
    const square = row.reduce((sum, y) => sum + y * y, 0) / row.length;
    if (distance ** k <= 2 ** -55) deviation = Math.max(deviation, Math.sqrt(weight * square));
  }
  return deviation;
}
