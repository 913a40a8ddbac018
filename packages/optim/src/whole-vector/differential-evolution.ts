import { hostRandom, UnrollError, type Random } from "@unroll/core";
import { expectCount, expectIn } from "../expect.ts";
import type { Outcome, StopReason, Watched } from "./objective.ts";

/** What makes differential evolution. */
export interface DifferentialEvolutionOptions extends Watched {
  /** Where the first generation lies: the least number of every parameter. */
  readonly lower: ArrayLike<number>;
  /** The largest. */
  readonly upper: ArrayLike<number>;
  /** A whole number: the same one gives the same run. Default: 0. */
  readonly seed?: number;
  /** How many points a generation has. Default: 10 n. */
  readonly population?: number;
  /** What the difference of two points is multiplied by. Default: 0.5. */
  readonly scale?: number;
  /** How likely a number comes from the mutant. Default: 0.9. */
  readonly crossover?: number;
  /** What differences are added to: any point, as in the paper, or the best one, as in Torch7. Default: "random". */
  readonly base?: "random" | "best";
  /** No generation begins after so many. Default: 1000 n. */
  readonly evaluations?: number;
  /** It stops at a loss no larger. Default: none. */
  readonly target?: number;
  /** It stops when the losses of a generation differ no more. Default: 1e-12. */
  readonly lossTolerance?: number;
}

/**
 * Differential evolution: a point competes with one made of another and the difference of two more. It needs no
 * gradient.
 *
 * A loss that is not finite is worse than every other. The limits are those of the first generation only. (Torch7's
 * takes the worst point of the first generation for the best, and may leave a mutant without a number of its own.)
 *
 * Throws: UnrollError.
 * Source: Storn and Price, Differential Evolution - A Simple and Efficient Heuristic for Global Optimization over
 * Continuous Spaces, 1997, DE/rand/1/bin and DE/best/1/bin.
 *
 *     const { x, f } = differentialEvolution(loss, { lower: [-5, -5], upper: [5, 5] });
 */
export function differentialEvolution(
  loss: (x: Float64Array) => number,
  options: DifferentialEvolutionOptions,
): Outcome {
  const { seed = 0, scale = 0.5, crossover = 0.9, base = "random", target = -Infinity } = options;
  const { lower, upper, lossTolerance = 1e-12 } = options;
  const n = lower.length;
  const { population = Math.max(10 * n, 4), evaluations = 1000 * n } = options;
  checkLimits(lower, upper);
  expectIn("(0, Infinity)", "differentialEvolution", { scale });
  expectIn("[0, 1]", "differentialEvolution", { crossover });
  expectIn("[0, Infinity)", "differentialEvolution", { lossTolerance });
  // A mutant is made of three points besides the one it competes with.
  expectCount("differentialEvolution", { population: population - 3, evaluations });
  const random = hostRandom(seed, "differentialEvolution");
  let made = 0;
  const measured = (x: Float64Array) => {
    made++;
    const f = loss(x);
    return { x, f: Number.isFinite(f) ? f : Infinity };
  };
  const between = (_: unknown, i: number): number => lower[i]! + random.uniform() * (upper[i]! - lower[i]!);
  let points = Array.from({ length: population }, () => measured(Float64Array.from({ length: n }, between)));
  let iteration = 0;
  const best = () => points.reduce((a, b) => (b.f < a.f ? b : a));
  const stop = (reason: StopReason): Outcome => ({ iteration, evaluations: made, ...best(), reason });
  if (best().f === Infinity) return stop("nonFinite");
  for (;;) {
    const { f, x } = best();
    if (f <= target) return stop("target");
    if (made >= evaluations) return stop("evaluations");
    if (Math.max(...points.map((point) => point.f)) - f <= lossTolerance) return stop("change");
    points = points.map((point, i) => {
      const [a, b, c] = others(random, population, i).map((k) => points[k]!.x);
      const mutant = (base === "best" ? x : c!).map((number, k) => number + scale * (a![k]! - b![k]!));
      const trial = measured(crossed(random, point.x, mutant, crossover));
      return trial.f <= point.f ? trial : point;
    });
    iteration++;
    if (options.onIteration?.({ iteration, evaluations: made, ...best() }) === false) return stop("callback");
  }
}

function checkLimits(lower: ArrayLike<number>, upper: ArrayLike<number>): void {
  const wrong = Array.from(lower).findIndex(
    (low, i) => !(low < upper[i]! && Number.isFinite(upper[i]! - low)),
  );
  if (lower.length === 0 || lower.length !== upper.length) {
    throw new UnrollError(
      `differentialEvolution: ${lower.length} lower limits and ${upper.length} upper ones.`,
    );
  }
  if (wrong < 0) return;
  throw new UnrollError(
    `differentialEvolution: limits of number ${wrong}: ${lower[wrong]} is not below ${upper[wrong]}.`,
  );
}

/** Three different positions other than i. */
function others({ uniform }: Random, count: number, i: number): readonly number[] {
  const chosen: number[] = [];
  while (chosen.length < 3) {
    const k = Math.floor(uniform() * count);
    if (k !== i && !chosen.includes(k)) chosen.push(k);
  }
  return chosen;
}

/** Numbers of the mutant, at least one of them, and of the point. */
function crossed({ uniform }: Random, x: Float64Array, mutant: Float64Array, rate: number): Float64Array {
  const certain = Math.floor(uniform() * x.length);
  return x.map((n, k) => (k === certain || uniform() < rate ? mutant[k]! : n));
}
