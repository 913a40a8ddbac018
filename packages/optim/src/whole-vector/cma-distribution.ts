import { eigen, type Eigen } from "./eigen.ts";
import { along, dot, minus, scaled } from "./vector.ts";

/** The normal distribution that CMA-ES draws from. */
export interface Distribution {
  /** A point, given normal numbers. */
  draw(normal: () => number): Float64Array;
  /** Move to the better points, best first, after so many evaluations in all. */
  learn(points: readonly Float64Array[], evaluations: number): void;
  /** The longest deviation along an axis of the coordinates. */
  largestDeviation(): number;
  /** The longest axis over the shortest. */
  condition(): number;
}

/**
 * A round distribution, which learns from generations of points.
 *
 * Source: Hansen, The CMA Evolution Strategy: A Tutorial, 2016, figure 6 and table 1, with positive weights only.
 */
export function distributionOf(start: Float64Array, first: number, population: number): Distribution {
  const n = start.length;
  const rates = ratesOf(n, population);
  const { weights, mass, ofSigma, ofPath, damping, expectedLength } = rates;
  // Once in so many evaluations that its n^3 operations do not outweigh the rest.
  const pause = population / (rates.ofRank1 + rates.ofRankMu) / n / 10;
  const covariance = Array.from(start, (_, i) => Float64Array.from(start, (_n, j) => (i === j ? 1 : 0)));
  let mean: Float64Array = start.slice();
  let [sigma, axes] = [first, eigen(covariance)];
  let pathOfSigma: Float64Array = new Float64Array(n);
  let pathOfCovariance: Float64Array = new Float64Array(n);
  let decomposedAt = 0;

  /** Whether the step size does not grow so fast that the matrix would grow in its place. */
  const isSteady = (length: number, generations: number): boolean => {
    const begun = Math.sqrt(1 - (1 - ofSigma) ** (2 * generations));
    return length / begun / expectedLength < 1.4 + 2 / (n + 1);
  };
  const decompose = (evaluations: number): void => {
    if (evaluations - decomposedAt <= pause) return;
    decomposedAt = evaluations;
    const { values, vectors } = eigen(covariance);
    // Rounding may leave an eigenvalue below 0.
    axes = { values: values.map((value) => Math.max(value, Number.MIN_VALUE)), vectors };
  };
  return {
    draw(normal) {
      const z = axes.values.map((value) => Math.sqrt(value) * normal());
      return mean.map((m, i) => m + sigma * dot(axes.vectors[i]!, z));
    },
    learn(points, evaluations) {
      const steps = weights.map((_, i) => scaled(1 / sigma, minus(points[i]!, mean)));
      const step = steps.reduce((sum, y, i) => along(sum, weights[i]!, y), new Float64Array(n));
      mean = along(mean, sigma, step);
      const ahead = Math.sqrt(ofSigma * (2 - ofSigma) * mass);
      pathOfSigma = along(scaled(1 - ofSigma, pathOfSigma), ahead, whitened(axes, step));
      const length = Math.sqrt(dot(pathOfSigma, pathOfSigma));
      const steady = isSteady(length, evaluations / population);
      const share = steady ? Math.sqrt(ofPath * (2 - ofPath) * mass) : 0;
      pathOfCovariance = along(scaled(1 - ofPath, pathOfCovariance), share, step);
      const lost = steady ? 0 : ofPath * (2 - ofPath);
      turn(covariance, rates, pathOfCovariance, steps, lost);
      sigma *= Math.exp((ofSigma / damping) * (length / expectedLength - 1));
      decompose(evaluations);
    },
    largestDeviation: () => sigma * Math.sqrt(Math.max(...covariance.map((row, i) => row[i]!))),
    condition: () => Math.sqrt(Math.max(...axes.values) / Math.min(...axes.values)),
  };
}

/**
 * The matrix moves towards the path, and towards the steps by their weights; `lost` is what a path that stood still
 * lacks.
 */
function turn(
  covariance: readonly Float64Array[],
  { weights, ofRank1, ofRankMu }: Rates,
  path: Float64Array,
  steps: readonly Float64Array[],
  lost: number,
): void {
  covariance.forEach((row, i) => {
    row.forEach((c, j) => {
      const among = steps.reduce((sum, y, k) => sum + weights[k]! * y[i]! * y[j]!, 0);
      row[j] =
        (1 - ofRank1 - ofRankMu + ofRank1 * lost) * c + ofRank1 * path[i]! * path[j]! + ofRankMu * among;
    });
  });
}

/** A step in the coordinates in which the distribution is round. */
function whitened({ values, vectors }: Eigen, step: Float64Array): Float64Array {
  const inAxes = values.map(
    (value, k) => vectors.reduce((sum, row, i) => sum + row[k]! * step[i]!, 0) / Math.sqrt(value),
  );
  return step.map((_, i) => dot(vectors[i]!, inAxes));
}

interface Rates {
  readonly weights: readonly number[];
  /** How many points the weighted ones are worth. */
  readonly mass: number;
  readonly ofSigma: number;
  readonly ofPath: number;
  readonly ofRank1: number;
  readonly ofRankMu: number;
  readonly damping: number;
  /** Of a vector of n normal numbers. */
  readonly expectedLength: number;
}

function ratesOf(n: number, population: number): Rates {
  const raw = Array.from(
    { length: Math.floor(population / 2) },
    (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1),
  );
  const total = raw.reduce((a, b) => a + b);
  const weights = raw.map((weight) => weight / total);
  const mass = 1 / weights.reduce((sum, weight) => sum + weight * weight, 0);
  const ofSigma = (mass + 2) / (n + mass + 5);
  const ofRank1 = 2 / ((n + 1.3) ** 2 + mass);
  return {
    weights,
    mass,
    ofSigma,
    ofPath: (4 + mass / n) / (n + 4 + (2 * mass) / n),
    ofRank1,
    ofRankMu: Math.min(1 - ofRank1, (2 * (mass - 2 + 1 / mass)) / ((n + 2) ** 2 + mass)),
    damping: 1 + 2 * Math.max(0, Math.sqrt((mass - 1) / (n + 1)) - 1) + ofSigma,
    expectedLength: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}
