/** Which cells say most about something that is simple. */
import type { Predicate } from "./predicates.ts";

/** How well one cell tells one predicate. */
export interface Rank {
  /** Its number among all cells. */
  readonly cell: number;
  /**
   * From 0, which is chance, to 1. Of yes or no, |2 AUC - 1|: AUC is the share of pairs, of a place where it is so
   * and one where it is not, in which the cell is larger at the first. Of an amount, the correlation without sign.
   */
  readonly score: number;
  /** Whether it is larger where the predicate is. */
  readonly rises: boolean;
}

/**
 * The cells by how well they tell a predicate, the best first. `activations` has a row of places for every cell.
 *
 * Places about which the predicate says nothing do not count; a predicate that is the same everywhere ranks no cell.
 */
export function rank(predicate: Predicate, activations: readonly Float32Array[]): readonly Rank[] {
  const places = predicate.values.flatMap((value, i) => (value === undefined ? [] : [i]));
  const values = places.map((i) => predicate.values[i]!);
  if (new Set(values).size < 2) return [];
  const scoreOf = predicate.isYesOrNo ? separation : correlation;
  return activations
    .map((all, cell) => {
      const score = scoreOf(
        places.map((i) => all[i]!),
        values,
      );
      return { cell, score: Math.abs(score), rises: score >= 0 };
    })
    .sort((a, b) => b.score - a.score || a.cell - b.cell);
}

/** 2 AUC - 1, by the ranks of Mann and Whitney; equal numbers share theirs. */
export function separation(xs: readonly number[], isSo: readonly number[]): number {
  const order = xs.map((x, i) => ({ x, so: isSo[i]! })).sort((a, b) => a.x - b.x);
  let sum = 0;
  for (let i = 0; i < order.length;) {
    let end = i;
    while (end < order.length && order[end]!.x === order[i]!.x) end++;
    const shared = (i + 1 + end) / 2;
    for (; i < end; i++) sum += shared * order[i]!.so;
  }
  const yes = isSo.reduce((a, b) => a + b, 0);
  const area = (sum - (yes * (yes + 1)) / 2) / (yes * (xs.length - yes));
  return 2 * area - 1;
}

/** Pearson's; 0 for a cell that never moves. */
export function correlation(xs: readonly number[], ys: readonly number[]): number {
  const mean = (zs: readonly number[]): number => zs.reduce((a, b) => a + b, 0) / zs.length;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const product = (f: (i: number) => number): number => xs.reduce((sum, _, i) => sum + f(i), 0);
  const covariance = product((i) => (xs[i]! - meanX) * (ys[i]! - meanY));
  const spread = product((i) => (xs[i]! - meanX) ** 2) * product((i) => (ys[i]! - meanY) ** 2);
  return spread === 0 ? 0 : covariance / Math.sqrt(spread);
}
