// The batch-normalized LSTM on numbers, as its paper has it: for evaluation a row at a time, for training all at once.
import {
  average,
  each,
  parts,
  product,
  sigmoid,
  sum,
  times,
  type Matrix,
  type Row,
} from "./plain-vectors.ts";

type Normalized<T> = Readonly<Record<"x" | "h" | "c", T>>;
interface Moments {
  readonly mean: Row;
  readonly variance: Row;
}
interface Weights {
  readonly wx: Matrix;
  readonly wh: Matrix;
  readonly b: Row;
  readonly gain: Normalized<Row>;
  readonly bc: Row;
}
interface State {
  readonly h: Row;
  readonly c: Row;
  readonly t: number;
}

const normalized = (z: Row, gain: Row, { mean, variance }: Moments): Row =>
  each((z, g, m, v) => (g * (z - m)) / Math.sqrt(v + 1e-5), z, gain, mean, variance);

/** Cooijmans et al., 2017, eqs. 6-8, with statistics [T, n] of which those of the step are read. */
export function batchNormStep(
  {
    weights,
    statistics,
  }: { readonly weights: Weights; readonly statistics: Normalized<Record<keyof Moments, Matrix>> },
  { h, c, t }: State,
  x: Row,
): readonly [State, Row] {
  const at = ({ mean, variance }: Record<keyof Moments, Matrix>): Moments => {
    const step = Math.min(t, mean.length - 1);
    return { mean: mean[step]!, variance: variance[step]! };
  };
  const { wx, wh, b, gain, bc } = weights;
  const z = sum(
    normalized(times(x, wx), gain.x, at(statistics.x)),
    normalized(times(h, wh), gain.h, at(statistics.h)),
    b,
  );
  const [i, f, o, g] = parts(z, 4) as [Row, Row, Row, Row];
  const cNext = sum(product(f.map(sigmoid), c), product(i.map(sigmoid), g.map(Math.tanh)));
  const out = sum(normalized(cNext, gain.c, at(statistics.c)), bc);
  const hNext = product(o.map(sigmoid), out.map(Math.tanh));
  return [{ h: hNext, c: cNext, t: t + 1 }, hNext];
}

/** The moments of each column over rows. */
export const momentsOf = (rows: Matrix): Moments => {
  const columns = rows[0]!.map((_, j) => rows.map((row) => row[j]!));
  const mean = columns.map(average);
  return { mean, variance: columns.map((column, j) => average(column.map((x) => (x - mean[j]!) ** 2))) };
};

/** One step of training, of all rows: the statistics are theirs. */
export function batchNormTraining(
  weights: Weights,
  states: readonly State[],
  xs: Matrix,
): { readonly next: readonly State[]; readonly seen: Normalized<Moments> } {
  const x = momentsOf(xs.map((row) => times(row, weights.wx)));
  const h = momentsOf(states.map((s) => times(s.h, weights.wh)));
  // The cell does not depend on its own statistics: any will do to find it.
  const none: Moments = { mean: weights.bc.map(() => 0), variance: weights.bc.map(() => 1) };
  const step = (c: Moments): readonly State[] =>
    states.map((s, b) => {
      const kept = (m: Moments) => ({ mean: [m.mean], variance: [m.variance] });
      const statistics = { x: kept(x), h: kept(h), c: kept(c) };
      return batchNormStep({ weights, statistics }, s, xs[b]!)[0];
    });
  const c = momentsOf(step(none).map((s) => s.c));
  return { next: step(c), seen: { x, h, c } };
}
