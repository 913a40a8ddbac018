import { along, dot, minus, scaled } from "./vector.ts";

/** A matrix times a vector. */
export type Product = (v: Float64Array) => Float64Array;

/** A step and how much the quadratic model without damping, g d + d B d / 2, promises of it. */
export interface Trial {
  readonly d: Float64Array;
  readonly promise: number;
}

/** When the conjugate gradients end. */
export interface DampedNewtonOptions {
  readonly damping: number;
  readonly iterations: number;
  /** The progress per iteration, as a share of that so far, below which it ends. */
  readonly progress: number;
}

/** How many iterations' progress is looked at: at least 10, and a tenth of all. */
const window = (iteration: number): number => Math.max(10, Math.ceil(iteration / 10));

/** Each kept iterate is so many times as late as the one before. */
const spacing = 1.3;

/**
 * Steps towards the least of the quadratic model with damping, by conjugate gradients from `start`: a few on the way,
 * and the last. Where the matrix shows a direction of no curvature, or a number that is not finite, it ends.
 *
 * Source: Martens, Deep learning via Hessian-free optimization, 2010, sections 4.4 and 4.6.
 */
export function dampedNewton(
  product: Product,
  g: Float64Array,
  start: Float64Array,
  { damping, iterations, progress }: DampedNewtonOptions,
): readonly Trial[] {
  const matrix: Product = (v) => along(product(v), damping, v);
  let d = start;
  let r = along(matrix(d), 1, g);
  let p = scaled(-1, r);
  let square = dot(r, r);
  const models: number[] = [];
  const kept: Trial[] = [];
  // The residual is B d + damping d + g, so no further product is needed.
  const trial = (): Trial => {
    const curved = along(minus(r, g), -damping, d);
    return { d, promise: dot(g, d) + dot(d, curved) / 2 };
  };
  let next = 1;
  for (let i = 1; i <= iterations && square > 0; i++) {
    const curved = matrix(p);
    const curvature = dot(p, curved);
    if (!(curvature > 0) || !Number.isFinite(curvature)) break;
    const t = square / curvature;
    d = along(d, t, p);
    r = along(r, t, curved);
    const squareNext = dot(r, r);
    p = along(scaled(-1, r), squareNext / square, p);
    square = squareNext;
    if (i >= next) {
      kept.push(trial());
      next *= spacing;
    }
    models.push((dot(r, d) + dot(g, d)) / 2);
    const [now, before] = [models.at(-1)!, models.at(-1 - window(i))];
    if (before !== undefined && now < 0 && (now - before) / now < window(i) * progress) break;
  }
  if (kept.at(-1)?.d !== d) kept.push(trial());
  return kept;
}
