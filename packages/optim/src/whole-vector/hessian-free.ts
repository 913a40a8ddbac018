import { expectCount, expectIn } from "../expect.ts";
import { dampedNewton, type Trial } from "./damped-newton.ts";
import {
  counted,
  expectFiniteStart,
  isFinitePoint,
  type Counted,
  type Objective,
  type Outcome,
  type Point,
  type StopReason,
  type Watched,
} from "./objective.ts";
import { along, dot, largestSize, scaled } from "./vector.ts";

/** What makes Hessian-free optimisation. */
export interface HessianFreeOptions extends Watched {
  /** How many steps. Default: 20. */
  readonly iterations?: number;
  /** No step begins after so many evaluations. Default: no limit. */
  readonly evaluations?: number;
  /** How many conjugate gradients a step has at most. Default: 250. */
  readonly conjugateGradients?: number;
  /** What is added to the diagonal of the curvature at first. Default: 1. */
  readonly damping?: number;
  /** How much of the last step the conjugate gradients start from. Default: 0.95. */
  readonly warmStart?: number;
  /** Conjugate gradients end where each lowers the model by a smaller share. Default: 5e-4. */
  readonly progress?: number;
  /** It stops where the largest size in the gradient is no larger. Default: 1e-7. */
  readonly gradientTolerance?: number;
}

/** What Hessian-free optimisation came to. */
export interface HessianFreeOutcome extends Outcome {
  readonly g: Float64Array;
  /** What is added to the diagonal of the curvature by now: where another call goes on. */
  readonly damping: number;
}

/**
 * Hessian-free optimisation: each step is towards the least of a quadratic model, found by conjugate gradients from
 * products of the curvature with vectors, which the graph gives (`gaussNewtonProduct`). The damping adapts to how well
 * the model foretells the loss.
 *
 * A step to a loss that is not finite counts as one too far.
 *
 * Throws: UnrollError; ShapeError when a gradient has another length than its point.
 * Source: Martens, Deep learning via Hessian-free optimization, 2010, algorithm 2 and section 4.
 *
 *     const { x, f } = hessianFree(objective, (x, v) => ravel(product(unravel(x), unravel(v))).vector, start);
 */
export function hessianFree(
  objective: Objective,
  product: (x: Float64Array, v: Float64Array) => Float64Array,
  start: Float64Array,
  options: HessianFreeOptions = {},
): HessianFreeOutcome {
  const settings = checked(options);
  expectFiniteStart("hessianFree", start);
  const counting = counted("hessianFree", objective);
  let point: Point = counting.at(start.slice());
  let { damping } = settings;
  let last: Float64Array = new Float64Array(start.length);
  let [iteration, failures] = [0, 0];
  const progress = () => ({ iteration, evaluations: counting.evaluations, f: point.f, x: point.x });
  const stop = (reason: StopReason): HessianFreeOutcome => ({ ...progress(), g: point.g, damping, reason });
  if (!isFinitePoint(point)) return stop("nonFinite");
  for (;;) {
    if (largestSize(point.g) <= settings.gradientTolerance) return stop("gradient");
    if (iteration >= settings.iterations) return stop("iterations");
    if (counting.evaluations >= settings.evaluations) return stop("evaluations");
    const { x, g } = point;
    const trials = dampedNewton((v) => product(x, v), g, scaled(settings.warmStart, last), {
      damping,
      iterations: settings.conjugateGradients,
      progress: settings.progress,
    });
    const step = lowest(counting, point, trials);
    damping = adapted(damping, step && (step.to.f - point.f) / step.trial.promise);
    const next = step && backtracked(counting, point, step);
    if (!next && ++failures > mostFailures) return stop("lineSearch");
    if (next) [point, failures] = [next, 0];
    last = next && step ? step.trial.d : new Float64Array(start.length);
    iteration++;
    if (options.onIteration?.(progress()) === false) return stop("callback");
  }
}

/** Each failure makes the damping half as large again: a factor of 3000 in all. */
const mostFailures = 20;

function checked(options: HessianFreeOptions) {
  const { iterations = 20, evaluations = Infinity, conjugateGradients = 250, damping = 1 } = options;
  const { warmStart = 0.95, progress = 5e-4, gradientTolerance = 1e-7 } = options;
  expectCount("hessianFree", { iterations, conjugateGradients });
  expectIn("(0, Infinity]", "hessianFree", { evaluations });
  expectIn("[0, Infinity)", "hessianFree", { damping, progress, gradientTolerance });
  expectIn("[0, 1]", "hessianFree", { warmStart });
  return { iterations, evaluations, conjugateGradients, damping, warmStart, progress, gradientTolerance };
}

interface Step {
  readonly trial: Trial;
  readonly to: Point;
}

/** From the last trial backwards, the first whose predecessor is no lower. */
function lowest(counting: Counted, { x }: Point, trials: readonly Trial[]): Step | undefined {
  let best: Step | undefined;
  for (const trial of trials.toReversed()) {
    const to = counting.at(along(x, 1, trial.d));
    const isLower = isFinitePoint(to) && (best === undefined || to.f < best.to.f);
    if (best && !isLower) return best;
    if (isLower) best = { trial, to };
  }
  return best;
}

/** Source: Martens, 2010, section 4.1: the Levenberg-Marquardt heuristic. */
function adapted(damping: number, ratio: number | undefined): number {
  if (ratio === undefined || !(ratio >= 0.25)) return damping * 1.5;
  return ratio > 0.75 ? damping / 1.5 : damping;
}

/** The step, or a share of it, at which the loss is low enough. */
function backtracked(counting: Counted, { x, f, g }: Point, { trial: { d }, to }: Step): Point | undefined {
  const slope = dot(g, d);
  let point = to;
  for (let t = 1; t > 1e-6; t *= 0.8) {
    if (t < 1) point = counting.at(along(x, t, d));
    if (isFinitePoint(point) && point.f <= f + 1e-2 * t * Math.min(slope, 0) && point.f < f) return point;
  }
  return undefined;
}
