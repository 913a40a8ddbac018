import { isFinitePoint, type LinePoint } from "./objective.ts";

/** What makes Rasmussen's line search. */
export interface RasmussenOptions {
  /** The share of the first slope by which the loss must fall. Default: 0.05; in Torch7 0.01. */
  readonly decrease?: number;
  /** The share of the first slope that may be left. Default: 0.1; in Torch7 0.5. */
  readonly curvature?: number;
  /** How near to the ends of what it knows a new step may lie, as a share of it. Default: 0.1. */
  readonly nearest?: number;
  /** How many times as far as before it may look. Default: 3. */
  readonly farthest?: number;
  /** How many points it looks at. Default: 20. */
  readonly evaluations?: number;
}

/** Where the conditions hold, if anywhere, and the lowest point of all. */
export interface Searched {
  readonly found: LinePoint | undefined;
  readonly best: LinePoint;
}

/**
 * Cubic extrapolation until the loss rises or flattens, then cubic and quadratic interpolation. A point that is not
 * finite is too far.
 *
 * Source: Rasmussen, minimize.m, 2006.
 */
export function rasmussen(
  at: (t: number) => LinePoint,
  start: LinePoint,
  first: number,
  options: RasmussenOptions = {},
): Searched {
  const { decrease = 0.05, curvature = 0.1, nearest = 0.1, farthest = 3, evaluations = 20 } = options;
  let left = evaluations;
  let best = start;
  const look = (t: number): LinePoint => {
    left--;
    const point = at(t);
    if (isFinitePoint(point) && point.f < best.f) best = point;
    return point;
  };
  const isHigh = (p: LinePoint): boolean => p.f > start.f + p.t * decrease * start.slope;

  let low = start;
  let p = finite(look, low, first, () => left > 0);
  while (p && p.slope <= curvature * start.slope && !isHigh(p) && left > 0) {
    const [before, here]: readonly LinePoint[] = [low, p];
    low = here!;
    const next = extrapolated(before!, here!);
    const limit = here!.t * farthest;
    const least = here!.t + nearest * (here!.t - before!.t);
    const t = Number.isFinite(next) && next >= 0 ? Math.max(Math.min(next, limit), least) : limit;
    p = finite(look, low, t, () => left > 0);
  }
  let high: LinePoint | undefined;
  while (p && (Math.abs(p.slope) > -curvature * start.slope || isHigh(p)) && left > 0) {
    if (p.slope > 0 || isHigh(p)) high = p;
    else low = p;
    const end: LinePoint = high ?? p;
    const t = interpolated(low, end, start.f);
    const middle = Number.isFinite(t) ? t : (low.t + end.t) / 2;
    const width = end.t - low.t;
    const q = look(Math.max(Math.min(middle, end.t - nearest * width), low.t + nearest * width));
    p = isFinitePoint(q) ? q : { ...q, f: Infinity, slope: NaN };
  }
  const holds = p && isFinitePoint(p) && Math.abs(p.slope) < -curvature * start.slope && !isHigh(p);
  return { found: holds ? p : undefined, best };
}

/** The first finite point on the way back from a step to what is known. */
function finite(
  look: (t: number) => LinePoint,
  from: LinePoint,
  step: number,
  goesOn: () => boolean,
): LinePoint | undefined {
  for (let t = step; goesOn(); t = (from.t + t) / 2) {
    const point = look(t);
    if (isFinitePoint(point)) return point;
  }
  return undefined;
}

function extrapolated(a: LinePoint, b: LinePoint): number {
  const width = b.t - a.t;
  const u = 6 * (a.f - b.f) + 3 * (b.slope + a.slope) * width;
  const v = 3 * (b.f - a.f) - (2 * a.slope + b.slope) * width;
  return a.t - (a.slope * width ** 2) / (v + Math.sqrt(v * v - u * a.slope * width));
}

function interpolated(a: LinePoint, b: LinePoint, above: number): number {
  const width = b.t - a.t;
  if (b.f > above) return a.t - (0.5 * a.slope * width ** 2) / (b.f - a.f - a.slope * width);
  const u = (6 * (a.f - b.f)) / width + 3 * (b.slope + a.slope);
  const v = 3 * (b.f - a.f) - (2 * a.slope + b.slope) * width;
  // minimize.m has (sqrt(..) - v) / u, which is 0 / 0 up to rounding wherever the loss is quadratic.
  return a.t - (a.slope * width ** 2) / (v + Math.sqrt(v * v - u * a.slope * width ** 2));
}
