import { ShapeError, tensor, type Tensor } from "@unroll/core";
import { along, dot, scaled } from "./vector.ts";

/** The last steps of L-BFGS and how the gradient changed along each, as tensors for a checkpoint. */
export interface LbfgsMemory {
  /** How many there are: i32. */
  readonly count: Tensor;
  /** f64 [history, n], the oldest first and zeros at the end. */
  readonly steps: Tensor;
  /** f64 [history, n]. */
  readonly changes: Tensor;
}

/** A step, the change of the gradient along it, and one over their product. */
export interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

export function memoryOf(pairs: readonly Pair[], history: number, n: number): LbfgsMemory {
  const rows = (part: "s" | "y"): Tensor => {
    const data = new Float64Array(history * n);
    pairs.forEach((pair, i) => data.set(pair[part], i * n));
    return tensor(data, { shape: [history, n] });
  };
  return { count: tensor(pairs.length, { dtype: "i32" }), steps: rows("s"), changes: rows("y") };
}

/** Throws: ShapeError when the memory is of vectors of another length. */
export function pairsOf({ count, steps, changes }: LbfgsMemory, n: number): Pair[] {
  if (steps.shape[1] !== n || changes.shape[1] !== n) {
    throw new ShapeError(`lbfgs: memory is of vectors of ${steps.shape[1]} numbers, and the start has ${n}.`);
  }
  return Array.from({ length: count.data[0]! }, (_, i) => {
    const s = Float64Array.from(steps.data.subarray(i * n, (i + 1) * n));
    const y = Float64Array.from(changes.data.subarray(i * n, (i + 1) * n));
    return { s, y, rho: 1 / dot(s, y) };
  });
}

/**
 * Minus the approximate inverse Hessian times a gradient.
 *
 * Source: Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.4, with eq. 7.20 for the first matrix.
 */
export function quasiNewton(pairs: readonly Pair[], g: Float64Array): Float64Array {
  const shares: number[] = [];
  let q = scaled(-1, g);
  for (const { s, y, rho } of pairs.toReversed()) {
    const share = rho * dot(s, q);
    shares.push(share);
    q = along(q, -share, y);
  }
  const last = pairs.at(-1);
  if (last) q = scaled(1 / (last.rho * dot(last.y, last.y)), q);
  for (const { s, y, rho } of pairs) q = along(q, shares.pop()! - rho * dot(y, q), s);
  return q;
}
