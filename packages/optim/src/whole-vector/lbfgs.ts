import { expectCount, expectIn } from "../expect.ts";
import { memoryOf, pairsOf, quasiNewton, type LbfgsMemory, type Pair } from "./lbfgs-memory.ts";
import {
  counted,
  expectFiniteStart,
  isFinitePoint,
  lineOf,
  type LinePoint,
  type Objective,
  type Outcome,
  type Point,
  type StopReason,
  type Watched,
} from "./objective.ts";
import { strongWolfe, type StrongWolfeOptions } from "./strong-wolfe.ts";
import { dot, largestSize, minus, scaled, sumOfSizes } from "./vector.ts";

/** What makes L-BFGS. */
export interface LbfgsOptions extends Watched {
  /** Default: 20, as in Torch7 and PyTorch; 1 for a step per batch. */
  readonly iterations?: number;
  /** No iteration begins after so many. Default: 1.25 times the iterations. */
  readonly evaluations?: number;
  /** How many of the last steps are remembered. Default: 100. */
  readonly history?: number;
  /** It stops where the largest size in the gradient is no larger. Default: 1e-7. */
  readonly gradientTolerance?: number;
  /** It stops after a change of the point, or of the loss, no larger. Default: 1e-9. */
  readonly changeTolerance?: number;
  /** How steps are found. Default: strong Wolfe conditions; "none" takes `learningRate` times the direction. */
  readonly lineSearch?: StrongWolfeOptions | "none";
  /** The length of steps without a line search, and of the first one tried with one. Default: 1. */
  readonly learningRate?: number;
  /** What an earlier call remembered. */
  readonly memory?: LbfgsMemory;
}

/** What L-BFGS came to. */
export interface LbfgsOutcome extends Outcome {
  readonly g: Float64Array;
  /** What the next call may be given: a tree of tensors. */
  readonly memory: LbfgsMemory;
}

/**
 * L-BFGS: steps along an approximate inverse Hessian, made of the last steps and of how the gradient changed along
 * them.
 *
 * Stochastic use, as in Torch7: call it for every batch with `iterations: 1`, `lineSearch: "none"`, and the memory that
 * the last call returned. Both gradients of a change are of the same batch, which Torch7's are not, at the price of a
 * second evaluation.
 *
 * A step to a loss that is not finite is halved, and refused when that does not help. Torch7 and PyTorch have no line
 * search unless asked, and give the strong Wolfe one the name lswolfe and "strong_wolfe".
 *
 * Throws: UnrollError; ShapeError when gradient or memory have another length than the start.
 * Source: Liu and Nocedal, On the limited memory BFGS method for large scale optimization, 1989; for batches
 * Schraudolph, Yu and Guenter, A Stochastic Quasi-Newton Method for Online Convex Optimization, 2007.
 *
 *     const { x, f, reason } = lbfgs(objective, start, { iterations: 100 });
 */
export function lbfgs(objective: Objective, start: Float64Array, options: LbfgsOptions = {}): LbfgsOutcome {
  const settings = checked(options);
  expectFiniteStart("lbfgs", start);
  const counting = counted("lbfgs", objective);
  let pairs: readonly Pair[] = options.memory ? pairsOf(options.memory, start.length) : [];
  let point: Point = counting.at(start.slice());
  let iteration = 0;
  const progress = () => ({ iteration, evaluations: counting.evaluations, f: point.f, x: point.x });
  const stop = (reason: StopReason): LbfgsOutcome => ({
    ...progress(),
    g: point.g,
    reason,
    memory: memoryOf(pairs, settings.history, start.length),
  });
  if (!isFinitePoint(point)) return stop("nonFinite");
  for (;;) {
    if (largestSize(point.g) <= settings.gradientTolerance) return stop("gradient");
    if (iteration >= settings.iterations) return stop("iterations");
    if (counting.evaluations >= settings.evaluations) return stop("evaluations");
    const { x, f, g } = point;
    let d = quasiNewton(pairs, g);
    // Rounding, or another batch, may have spoilt what is remembered: then it is forgotten.
    if (!(dot(g, d) < 0)) [pairs, d] = [[], scaled(-1, g)];
    const first = settings.learningRate * (pairs.length === 0 ? Math.min(1, 1 / sumOfSizes(g)) : 1);
    const beginning: LinePoint = { x, f, g, t: 0, slope: dot(g, d) };
    const next = settings.search(lineOf(counting, x, d), beginning, first);
    if (!next && pairs.length === 0) return stop("lineSearch");
    if (!next) {
      pairs = [];
      continue;
    }
    pairs = remembered(pairs, minus(next.x, x), minus(next.g, g), settings.history);
    const moved = largestSize(minus(next.x, x));
    point = next;
    iteration++;
    if (options.onIteration?.(progress()) === false) return stop("callback");
    if (Math.min(moved, Math.abs(point.f - f)) <= settings.changeTolerance) {
      return stop(largestSize(point.g) <= settings.gradientTolerance ? "gradient" : "change");
    }
  }
}

function checked(options: LbfgsOptions) {
  const { iterations = 20, history = 100, gradientTolerance = 1e-7, changeTolerance = 1e-9 } = options;
  const { evaluations = Math.ceil(1.25 * iterations), learningRate = 1, lineSearch = {} } = options;
  expectCount("lbfgs", { iterations, evaluations, history });
  expectIn("[0, Infinity)", "lbfgs", { gradientTolerance, changeTolerance });
  expectIn("(0, Infinity)", "lbfgs", { learningRate });
  const search = (at: (t: number) => LinePoint, from: LinePoint, t: number): LinePoint | undefined =>
    lineSearch === "none" ? finiteStep(at, t) : strongWolfe(at, from, t, lineSearch);
  return { iterations, evaluations, history, gradientTolerance, changeTolerance, learningRate, search };
}

/** The step, or a share of it that leads to a finite loss. */
function finiteStep(at: (t: number) => LinePoint, first: number): LinePoint | undefined {
  for (let t = first; t > first * 2 ** -20; t /= 2) {
    const point = at(t);
    if (isFinitePoint(point)) return point;
  }
  return undefined;
}

/** Torch7's rule: pairs along which the gradient hardly grows would spoil the approximation. */
function remembered(
  pairs: readonly Pair[],
  s: Float64Array,
  y: Float64Array,
  history: number,
): readonly Pair[] {
  const product = dot(s, y);
  return product > 1e-10 ? [...pairs, { s, y, rho: 1 / product }].slice(-history) : pairs;
}
