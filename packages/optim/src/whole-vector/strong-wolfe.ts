import { isFinitePoint, type LinePoint } from "./objective.ts";

/** What makes a line search that ends where the strong Wolfe conditions hold. */
export interface StrongWolfeOptions {
  /** The share of the first slope by which the loss must fall. Default: 1e-4. */
  readonly decrease?: number;
  /** The share of the first slope that may be left. Default: 0.9. */
  readonly curvature?: number;
  /** How many points it looks at. Default: 25. */
  readonly evaluations?: number;
}

/**
 * A point of a line that is lower than its beginning by a share of the first slope and flatter by another; the lowest
 * it found when its evaluations are over; undefined when none is lower. A point that is not finite is too far.
 *
 * Source: Nocedal and Wright, Numerical Optimization, 2006, algorithms 3.5 and 3.6, with eq. 3.59.
 */
export function strongWolfe(
  at: (t: number) => LinePoint,
  start: LinePoint,
  first: number,
  { decrease = 1e-4, curvature = 0.9, evaluations = 25 }: StrongWolfeOptions = {},
): LinePoint | undefined {
  let left = evaluations;
  const look = (t: number): LinePoint => (left--, at(t));
  const isHigh = (p: LinePoint): boolean => !isFinitePoint(p) || p.f > start.f + decrease * p.t * start.slope;
  const isFlat = (p: LinePoint): boolean => Math.abs(p.slope) <= -curvature * start.slope;
  const zoom = (a: LinePoint, b: LinePoint): LinePoint | undefined => {
    let [low, high] = [a, b];
    while (left > 0 && Math.abs(high.t - low.t) > 1e-12 * Math.max(low.t, high.t)) {
      const p = look(between(low, high));
      if (isHigh(p) || p.f >= low.f) high = p;
      else {
        if (isFlat(p)) return p;
        if (p.slope * (high.t - low.t) >= 0) high = low;
        low = p;
      }
    }
    return low.t > 0 ? low : undefined;
  };
  let [before, p] = [start, look(first)];
  for (;;) {
    if (isHigh(p) || (before.t > 0 && p.f >= before.f)) return zoom(before, p);
    if (isFlat(p)) return p;
    if (p.slope >= 0) return zoom(p, before);
    if (left <= 0) return p;
    const next = cubic(before, p);
    const [nearest, farthest] = [p.t + 0.01 * (p.t - before.t), 10 * p.t];
    [before, p] = [p, look(next > nearest && next < farthest ? next : next >= farthest ? farthest : 2 * p.t)];
  }
}

/** A point between two: the least of a cubic where that is not too near to either, and the middle elsewhere. */
function between(a: LinePoint, b: LinePoint): number {
  const [left, right] = a.t < b.t ? [a.t, b.t] : [b.t, a.t];
  const middle = (left + right) / 2;
  if (!isFinitePoint(b)) return middle;
  const t = cubic(a, b);
  const margin = 0.1 * (right - left);
  if (!Number.isFinite(t)) return middle;
  return Math.min(Math.max(t, left + margin), right - margin);
}

/** Where the cubic with the losses and slopes of two points is least. NaN when it has no least point. */
function cubic(a: LinePoint, b: LinePoint): number {
  const d1 = a.slope + b.slope - (3 * (a.f - b.f)) / (a.t - b.t);
  const d2 = Math.sign(b.t - a.t) * Math.sqrt(d1 * d1 - a.slope * b.slope);
  return b.t - ((b.t - a.t) * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
}
