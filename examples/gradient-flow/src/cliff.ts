/** The error surface of a network of one unit, and what gradient descent does at its cliff. */
import { add, compile, full, gradient, mul, scan, sigmoid, square, sub, sum, tensor } from "@unroll/core";
import type { Value } from "@unroll/core";

/** Weight and bias. */
export interface Point {
  readonly w: number;
  readonly b: number;
}

export interface Surface {
  readonly w: readonly [from: number, to: number];
  readonly b: readonly [from: number, to: number];
  /** Points along each side. */
  readonly resolution: number;
  /** Errors, row by row of b, the smallest first. */
  readonly errors: readonly number[];
}

const steps = 50;
const [first, target] = [0.5, 0.7];

/**
 * The squared distance between the unit after 50 steps and 0.7, for networks side by side.
 *
 * Source: Pascanu, Mikolov and Bengio, On the difficulty of training Recurrent Neural Networks, 2013, figure 6:
 * h_t = w sigmoid(h_(t-1)) + b.
 */
function errorOf(w: Value, b: Value): Value {
  const [last] = scan(
    (h: Value): [Value, undefined] => [add(mul(w, sigmoid(h)), b), undefined],
    full(first, w.type),
    undefined,
    { length: steps },
  );
  return square(sub(sigmoid(last), target));
}

const errorsAt = compile(errorOf);
const slopeAt = compile((w: Value, b: Value) => gradient(sum(errorOf(w, b)), { w, b }));

/** The error on a grid. */
export function surface({ w, b, resolution }: Omit<Surface, "errors">): Surface {
  const along = ([from, to]: readonly [number, number], i: number): number =>
    from + ((to - from) * i) / (resolution - 1);
  const cells = Array.from({ length: resolution ** 2 }, (_, i) => i);
  const errors = errorsAt(
    tensor(cells.map((i) => along(w, i % resolution))),
    tensor(cells.map((i) => along(b, Math.floor(i / resolution)))),
  );
  return { w, b, resolution, errors: Array.from(errors.data) };
}

/** Gradient descent from a point; the norm of the gradient is kept at most `clip`. */
export function descend(
  start: Point,
  { rate, count, clip = Infinity }: { readonly rate: number; readonly count: number; readonly clip?: number },
): readonly Point[] {
  const path = [start];
  for (let i = 0; i < count; i++) {
    const at = path[path.length - 1]!;
    const slope = slopeAt(tensor(at.w), tensor(at.b));
    const [dw, db] = [slope.w.data[0]!, slope.b.data[0]!];
    const scale = rate * Math.min(1, clip / Math.hypot(dw, db));
    path.push({ w: at.w - scale * dw, b: at.b - scale * db });
  }
  return path;
}
