import { expectCount, expectIn } from "../expect.ts";
import {
  counted,
  expectFiniteStart,
  isFinitePoint,
  lineOf,
  type Counted,
  type LinePoint,
  type Objective,
  type Outcome,
  type Point,
  type StopReason,
  type Watched,
} from "./objective.ts";
import { rasmussen, type RasmussenOptions } from "./rasmussen.ts";
import { along, dot, largestSize, minus, scaled } from "./vector.ts";

/** What makes the conjugate gradient method. */
export interface ConjugateGradientOptions extends Watched {
  /** How many line searches. Default: 20, as in Torch7. */
  readonly iterations?: number;
  /** No iteration begins after so many. Default: no limit. */
  readonly evaluations?: number;
  /** How much of the last direction is kept. Default: "polakRibiere". */
  readonly direction?: "polakRibiere" | "hestenesStiefel";
  /** It stops where the largest size in the gradient is no larger. Default: 1e-7. */
  readonly gradientTolerance?: number;
  readonly lineSearch?: RasmussenOptions;
}

/** What the conjugate gradient method came to. */
export interface ConjugateGradientOutcome extends Outcome {
  readonly g: Float64Array;
}

/**
 * Nonlinear conjugate gradients, with Rasmussen's line search. After a line search that fails it tries steepest
 * descent, and stops when that fails too (Torch7's port stops at the first).
 *
 * A step to a loss that is not finite is halved, and refused when that does not help.
 *
 * Throws: UnrollError; ShapeError when a gradient has another length than its point.
 * Source: Polak and Ribiere, Note sur la convergence de methodes de directions conjuguees, 1969; Hestenes and Stiefel,
 * Methods of Conjugate Gradients for Solving Linear Systems, 1952; Rasmussen, minimize.m, 2006.
 *
 *     const { x, f, reason } = conjugateGradient(objective, start, { iterations: 100 });
 */
export function conjugateGradient(
  objective: Objective,
  start: Float64Array,
  options: ConjugateGradientOptions = {},
): ConjugateGradientOutcome {
  const { iterations = 20, evaluations = Infinity, gradientTolerance = 1e-7 } = options;
  const { direction = "polakRibiere", lineSearch = {} } = options;
  expectCount("conjugateGradient", { iterations });
  expectIn("(0, Infinity]", "conjugateGradient", { evaluations });
  expectIn("[0, Infinity)", "conjugateGradient", { gradientTolerance });
  expectFiniteStart("conjugateGradient", start);
  const counting = counted("conjugateGradient", objective);
  let point: Point = counting.at(start.slice());
  let iteration = 0;
  const progress = () => ({ iteration, evaluations: counting.evaluations, f: point.f, x: point.x });
  const stop = (reason: StopReason) => ({ ...progress(), g: point.g, reason });
  if (!isFinitePoint(point)) return stop("nonFinite");
  let line = steepest(point);
  let failed = false;
  for (;;) {
    if (largestSize(point.g) <= gradientTolerance) return stop("gradient");
    if (iteration >= iterations) return stop("iterations");
    if (counting.evaluations >= evaluations) return stop("evaluations");
    const { found, best } = search(counting, point, line, lineSearch);
    if (found) [point, line, failed] = [found, turned(point, found, line, direction), false];
    else if (failed && best.t === 0) return stop("lineSearch");
    else [point, line, failed] = [best, steepest(best), best.t === 0];
    iteration++;
    if (options.onIteration?.(progress()) === false) return stop("callback");
  }
}

/** A direction, the slope along it, and the first step to try. */
interface Line {
  readonly d: Float64Array;
  readonly slope: number;
  readonly first: number;
}

function steepest({ g }: Point): Line {
  const slope = -dot(g, g);
  return { d: scaled(-1, g), slope, first: 1 / (1 - slope) };
}

function search(counting: Counted, { x, f, g }: Point, { d, slope, first }: Line, options: RasmussenOptions) {
  return rasmussen(lineOf(counting, x, d), { x, f, g, t: 0, slope }, first, options);
}

/** The direction after a line search that ended at `to`. */
function turned(from: Point, to: LinePoint, { d, slope }: Line, direction: string): Line {
  const change = minus(to.g, from.g);
  const below = direction === "polakRibiere" ? dot(from.g, from.g) : dot(d, change);
  const kept = dot(to.g, change) / below;
  const next = along(scaled(-1, to.g), Number.isFinite(kept) ? kept : 0, d);
  const nextSlope = dot(to.g, next);
  if (!(nextSlope < 0)) return steepest(to);
  // The slope should fall by as much as before, by the largest ratio of steps at most.
  return { d: next, slope: nextSlope, first: to.t * Math.min(10, slope / nextSlope) };
}
