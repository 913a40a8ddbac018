import { expectCount, expectIn } from "../expect.ts";
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
import { along, dot, largestSize, minus } from "./vector.ts";

/** What is added to a smooth loss and need not be smooth itself. */
export interface Penalty {
  /** Its value. */
  value(x: Float64Array): number;
  /** The point z at which step value(z) + |z - x|^2 / 2 is least. */
  proximal(x: Float64Array, step: number): Float64Array;
}

/**
 * weight times the sum of sizes: it makes numbers zero.
 *
 * Throws: UnrollError.
 */
export function l1(weight: number): Penalty {
  expectIn("[0, Infinity)", "l1", { weight });
  return {
    value: (x) => weight * x.reduce((sum, n) => sum + Math.abs(n), 0),
    proximal: (x, step) => x.map((n) => Math.sign(n) * Math.max(Math.abs(n) - step * weight, 0)),
  };
}

/** What makes the iterative shrinkage-thresholding algorithms. */
export interface FistaOptions extends Watched {
  /** Default: 50, as in Torch7. */
  readonly iterations?: number;
  /** One over the first step. Default: 0.1. */
  readonly lipschitz?: number;
  /** What that is multiplied by until the step is short enough. Default: 1.5. */
  readonly growth?: number;
  /** How many times a step is shortened. Default: 50 per iteration; in Torch7 20. */
  readonly shortenings?: number;
  /** Begin the acceleration anew where it leads upwards. Default: false, as in the paper. */
  readonly restart?: boolean;
  /** It stops after a change of the point no larger, as a share of its size or of 1. Default: 1e-4. */
  readonly tolerance?: number;
}

/**
 * A smooth loss plus a penalty, by steps down the gradient of the one and towards the least of the other, accelerated
 * as Nesterov's. Its error falls as 1 / iteration^2. (Torch7's FistaLS is `ista` unless told otherwise, against its
 * documentation.)
 *
 * A step to a loss that is not finite is shortened.
 *
 * Throws: UnrollError; ShapeError when a gradient has another length than its point.
 * Source: Beck and Teboulle, A Fast Iterative Shrinkage-Thresholding Algorithm for Linear Inverse Problems, 2009,
 * section 4, with backtracking; for `restart` O'Donoghue and Candes, Adaptive Restart for Accelerated Gradient Schemes,
 * 2015.
 *
 *     const { x } = fista(squaredError, l1(0.1), start);
 */
export const fista = (
  smooth: Objective,
  penalty: Penalty,
  start: Float64Array,
  options: FistaOptions = {},
): Outcome => shrinkage("fista", smooth, penalty, start, options, true);

/**
 * `fista` without acceleration: every step lowers the loss, and the error falls as 1 / iteration.
 *
 * Throws: UnrollError; ShapeError when a gradient has another length than its point.
 * Source: Beck and Teboulle, A Fast Iterative Shrinkage-Thresholding Algorithm for Linear Inverse Problems, 2009,
 * section 3, with backtracking.
 */
export const ista = (
  smooth: Objective,
  penalty: Penalty,
  start: Float64Array,
  options: FistaOptions = {},
): Outcome => shrinkage("ista", smooth, penalty, start, options, false);

function shrinkage(
  op: string,
  smooth: Objective,
  penalty: Penalty,
  start: Float64Array,
  options: FistaOptions,
  isAccelerated: boolean,
): Outcome {
  const { iterations = 50, growth = 1.5, shortenings = 50, tolerance = 1e-4, restart = false } = options;
  let { lipschitz = 0.1 } = options;
  expectCount(op, { iterations, shortenings });
  expectIn("(0, Infinity)", op, { lipschitz });
  expectIn("(1, Infinity)", op, { growth });
  expectIn("[0, Infinity)", op, { tolerance });
  expectFiniteStart(op, start);
  const counting = counted(op, smooth);
  let from = counting.at(start.slice());
  let here = { x: from.x, f: from.f + penalty.value(from.x) };
  let [momentum, iteration] = [1, 0];
  const progress = () => ({ iteration, evaluations: counting.evaluations, ...here });
  const stop = (reason: StopReason): Outcome => ({ ...progress(), reason });
  if (!isFinitePoint(from)) return stop("nonFinite");
  for (;;) {
    if (iteration >= iterations) return stop("iterations");
    const step = shortened(counting, penalty, from, { lipschitz, growth, shortenings });
    if (!step) return stop("lineSearch");
    const { to } = step;
    ({ lipschitz } = step);
    const before = here;
    here = { x: to.x, f: to.f + penalty.value(to.x) };
    iteration++;
    if (options.onIteration?.(progress()) === false) return stop("callback");
    const change = minus(here.x, before.x);
    if (largestSize(change) <= tolerance * Math.max(1, largestSize(here.x))) return stop("change");
    if (!isAccelerated) from = to;
    else {
      // The proximal step went against the last movement.
      if (restart && dot(minus(from.x, to.x), change) > 0) momentum = 1;
      const next = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
      const ahead = counting.at(along(here.x, (momentum - 1) / next, change));
      // From where the loss is finite, when the way there is not.
      [from, momentum] = isFinitePoint(ahead) ? [ahead, next] : [to, 1];
    }
  }
}

/** A proximal step that is short enough for the quadratic model of the loss to lie above it. */
function shortened(
  counting: Counted,
  penalty: Penalty,
  from: Point,
  { lipschitz, growth, shortenings }: { lipschitz: number; growth: number; shortenings: number },
): { readonly to: Point; readonly lipschitz: number } | undefined {
  let scale = lipschitz;
  for (let i = 0; i <= shortenings; i++, scale *= growth) {
    const to = counting.at(penalty.proximal(along(from.x, -1 / scale, from.g), 1 / scale));
    const change = minus(to.x, from.x);
    const model = from.f + dot(from.g, change) + (scale / 2) * dot(change, change);
    // What rounding may add to a model that is exact.
    if (isFinitePoint(to) && to.f <= model + 1e-12 * Math.abs(from.f)) return { to, lipschitz: scale };
  }
  return undefined;
}
