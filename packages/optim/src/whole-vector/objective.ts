import { ShapeError, UnrollError } from "@unroll/core";
import { dot } from "./vector.ts";

/** A loss and its gradient at a point. The vectors are not to be changed. */
export interface Evaluation {
  readonly f: number;
  readonly g: Float64Array;
}

/** A loss as a function of all parameters as one vector: a closure over a compiled loss and gradient. */
export type Objective = (x: Float64Array) => Evaluation;

/**
 * Why a method stopped: the gradient or the last change is small enough, the loss has reached its target, so many
 * iterations or evaluations are over, no step along the direction lowers the loss, the distribution is too long and
 * thin for the numbers, the loss or its gradient is not finite where it starts, or `onIteration` returned false.
 */
export type StopReason =
  | "gradient"
  | "change"
  | "target"
  | "iterations"
  | "evaluations"
  | "lineSearch"
  | "condition"
  | "nonFinite"
  | "callback";

/** Where a method is. */
export interface Progress {
  readonly iteration: number;
  readonly evaluations: number;
  readonly f: number;
  /** Not to be changed. */
  readonly x: Float64Array;
}

/** What a method came to. */
export interface Outcome extends Progress {
  readonly reason: StopReason;
}

/** What all methods can be told. */
export interface Watched {
  /** Called after each iteration; what returns false stops the method. */
  readonly onIteration?: (progress: Progress) => unknown;
}

/** A point with its loss and gradient. */
export interface Point extends Evaluation {
  readonly x: Float64Array;
}

/** Whether the loss and all of its gradient are finite. */
export const isFinitePoint = ({ f, g }: Evaluation): boolean =>
  Number.isFinite(f) && g.every(Number.isFinite);

/** An objective that counts its evaluations and looks at what it gives. */
export interface Counted {
  readonly evaluations: number;
  at(x: Float64Array): Point;
}

/** Throws, from `at`: ShapeError when a gradient has another length than its point. */
export function counted(op: string, objective: Objective): Counted {
  let evaluations = 0;
  return {
    get evaluations() {
      return evaluations;
    },
    at(x) {
      evaluations++;
      const { f, g } = objective(x);
      if (g.length !== x.length) {
        throw new ShapeError(`${op}: the point has ${x.length} numbers and its gradient ${g.length}.`);
      }
      return { x, f, g };
    },
  };
}

/** Throws: UnrollError when a start holds NaN or an infinity. */
export function expectFiniteStart(op: string, start: Float64Array): void {
  const at = start.findIndex((n) => !Number.isFinite(n));
  if (at >= 0) throw new UnrollError(`${op}: element ${at} of the start is ${start[at]}.`);
}

/** A point on a line: its distance from the beginning, in steps, and the slope there. */
export interface LinePoint extends Point {
  readonly t: number;
  readonly slope: number;
}

/** The points of a line through x along d. */
export const lineOf =
  (counting: Counted, x: Float64Array, d: Float64Array) =>
  (t: number): LinePoint => {
    const point = counting.at(x.map((n, i) => n + t * d[i]!));
    return { ...point, t, slope: dot(point.g, d) };
  };
