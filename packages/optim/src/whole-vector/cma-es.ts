import { hostRandom } from "@unroll/core";
import { expectCount, expectIn } from "../expect.ts";
import { distributionOf } from "./cma-distribution.ts";
import { expectFiniteStart, type Outcome, type StopReason, type Watched } from "./objective.ts";

/** What makes the covariance matrix adaptation evolution strategy. */
export interface CmaEsOptions extends Watched {
  /** The deviation of the first generation: about a third of how far the minimum may be. */
  readonly sigma: number;
  /** A whole number: the same one gives the same run. Default: 0. */
  readonly seed?: number;
  /** How many points a generation has. Default: 4 + floor(3 ln n). */
  readonly population?: number;
  /** No generation begins after so many. Default: 1000 n^2. */
  readonly evaluations?: number;
  /** It stops at a loss no larger. Default: none. */
  readonly target?: number;
  /** It stops when the losses of a generation and the bests of the last ones differ no more. Default: 1e-12. */
  readonly lossTolerance?: number;
  /** It stops when all deviations are a smaller share of the first. Default: 1e-11. */
  readonly pointTolerance?: number;
  /** It stops when the longest axis is so many times as long as the shortest. Default: 1e7. */
  readonly condition?: number;
}

/**
 * The covariance matrix adaptation evolution strategy: each generation is drawn from a normal distribution that goes
 * where the best of the last ones lay. It needs no gradient; n parameters take n^2 numbers.
 *
 * A loss that is not finite is worse than every other.
 *
 * Throws: UnrollError.
 * Source: Hansen, The CMA Evolution Strategy: A Tutorial, 2016, appendix C.
 *
 *     const { x, f, reason } = cmaEs((x) => loss(unravel(x)), start, { sigma: 0.5 });
 */
export function cmaEs(
  loss: (x: Float64Array) => number,
  start: Float64Array,
  options: CmaEsOptions,
): Outcome {
  const n = start.length;
  const { sigma, seed, population, evaluations, target, lossTolerance, pointTolerance, condition } = checked(
    options,
    n,
  );
  expectFiniteStart("cmaEs", start);
  const { normal } = hostRandom(seed, "cmaEs");
  const distribution = distributionOf(start, sigma, population);
  let best: { readonly x: Float64Array; readonly f: number } = { x: start.slice(), f: Infinity };
  let [iteration, made] = [0, 0];
  // The bests of the last generations: as many as the tutorial asks for.
  let history: readonly number[] = [];
  const span = 10 + Math.ceil((30 * n) / population);
  const progress = () => ({ iteration, evaluations: made, ...best });
  const stop = (reason: StopReason): Outcome => ({ ...progress(), reason });
  for (;;) {
    if (made >= evaluations) return stop("evaluations");
    const points = Array.from({ length: population }, () => {
      const x = distribution.draw(normal);
      const f = loss(x);
      made++;
      return { x, f: Number.isFinite(f) ? f : Infinity };
    }).sort((a, b) => a.f - b.f);
    const [first, last] = [points[0]!, points.at(-1)!];
    if (first.f === Infinity) return stop("nonFinite");
    if (first.f < best.f) best = first;
    distribution.learn(
      points.map(({ x }) => x),
      made,
    );
    iteration++;
    if (options.onIteration?.(progress()) === false) return stop("callback");
    if (best.f <= target) return stop("target");
    history = [...history, first.f].slice(-span);
    const spread = Math.max(last.f, ...history) - Math.min(...history);
    if (history.length === span && spread <= lossTolerance) return stop("change");
    if (distribution.largestDeviation() <= pointTolerance * sigma) return stop("change");
    if (distribution.condition() > condition) return stop("condition");
  }
}

function checked(options: CmaEsOptions, n: number): Required<Omit<CmaEsOptions, "onIteration">> {
  const {
    sigma,
    seed = 0,
    population = 4 + Math.floor(3 * Math.log(n)),
    evaluations = 1000 * n * n,
  } = options;
  const { target = -Infinity, lossTolerance = 1e-12, pointTolerance = 1e-11, condition = 1e7 } = options;
  expectIn("(0, Infinity)", "cmaEs", { sigma, condition });
  expectIn("[0, Infinity)", "cmaEs", { lossTolerance, pointTolerance });
  expectCount("cmaEs", { population: population - 1, evaluations });
  return { sigma, seed, population, evaluations, target, lossTolerance, pointTolerance, condition };
}
