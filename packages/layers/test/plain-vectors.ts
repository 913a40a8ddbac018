// Rows of numbers, for cells that are written once more with nothing but Math: one sequence at a time.

export type Row = readonly number[];
export type Matrix = readonly Row[];

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
export const softplus = (x: number): number => Math.log1p(Math.exp(x));
export const relu = (x: number): number => Math.max(x, 0);

/** The row x w. */
export const times = (x: Row, w: Matrix): Row =>
  Array.from(w[0]!, (_, j) => x.reduce((sum, xi, i) => sum + xi * w[i]![j]!, 0));

/** What `f` makes of the numbers at each place of one or more rows. */
export const each = (f: (...xs: number[]) => number, ...rows: readonly Row[]): Row =>
  rows[0]!.map((_, j) => f(...rows.map((row) => row[j]!)));

/** The sum of rows. */
export const sum = (...rows: readonly Row[]): Row => each((...xs) => xs.reduce((a, b) => a + b, 0), ...rows);

/** The product of rows, place by place. */
export const product = (...rows: readonly Row[]): Row =>
  each((...xs) => xs.reduce((a, b) => a * b, 1), ...rows);

export const total = (x: Row): number => x.reduce((a, b) => a + b, 0);
export const average = (x: Row): number => total(x) / x.length;
export const inner = (x: Row, y: Row): number => total(product(x, y));

/** A row in `count` equal parts. */
export const parts = (x: Row, count: number): Row[] =>
  Array.from({ length: count }, (_, k) => x.slice((k * x.length) / count, ((k + 1) * x.length) / count));

/** The columns of a matrix in `count` equal parts. */
export const blocks = (w: Matrix, count: number): Matrix[] =>
  Array.from({ length: count }, (_, k) => w.map((row) => parts(row, count)[k]!));

export const softmax = (x: Row): Row => {
  const powers = x.map((xi) => Math.exp(xi - Math.max(...x)));
  return powers.map((e) => e / total(powers));
};

/** Mean 0 and variance 1, with what is added to the variance. */
export const standardized = (x: Row, epsilon = 1e-5): Row => {
  const mean = average(x);
  const variance = average(x.map((xi) => (xi - mean) ** 2));
  return x.map((xi) => (xi - mean) / Math.sqrt(variance + epsilon));
};
