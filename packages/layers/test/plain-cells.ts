// The recurrent cells once more, on numbers and with nothing but Math, for one sequence at a time.

type Vector = readonly number[];
type Matrix = readonly Vector[];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** The column j of x w: the pre-activation of one unit. */
const product = (x: Vector, w: Matrix, j: number): number =>
  x.reduce((sum, xi, i) => sum + xi * w[i]![j]!, 0);

/** The weights of any of the cells. */
export interface Weights {
  readonly wx: Matrix;
  readonly wh: Matrix;
  readonly b: Vector;
}

/** The states h after every step. */
export function plainRnn({ wx, wh, b }: Weights, start: Vector, xs: Matrix): Vector[] {
  let h = start;
  return xs.map((x) => (h = b.map((bias, j) => Math.tanh(product(x, wx, j) + product(h, wh, j) + bias))));
}

/** The states h and c after every step; columns i, f, o, g. */
export function plainLstm(
  { wx, wh, b }: Weights,
  start: { readonly h: Vector; readonly c: Vector },
  xs: Matrix,
): { readonly h: Vector; readonly c: Vector }[] {
  const size = start.h.length;
  let state = start;
  return xs.map((x) => {
    const { h } = state;
    const z = (gate: number, j: number): number => {
      const column = gate * size + j;
      return product(x, wx, column) + product(h, wh, column) + b[column]!;
    };
    const c = state.c.map((old, j) => sigmoid(z(1, j)) * old + sigmoid(z(0, j)) * Math.tanh(z(3, j)));
    state = { c, h: c.map((cj, j) => sigmoid(z(2, j)) * Math.tanh(cj)) };
    return state;
  });
}

/**
 * The states h after every step; columns r, z, n. With `bn`, the reset gate follows the recurrent product.
 */
export function plainGru({ wx, wh, b }: Weights, start: Vector, xs: Matrix, bn?: Vector): Vector[] {
  const size = start.length;
  let h = start;
  return xs.map((x) => {
    const gate = (which: number, j: number): number => {
      const column = which * size + j;
      return sigmoid(product(x, wx, column) + product(h, wh, column) + b[column]!);
    };
    const old = h;
    const reset = old.map((hj, j) => gate(0, j) * hj);
    const candidate = (j: number): number => {
      const column = 2 * size + j;
      const recurrent = bn ? gate(0, j) * (product(old, wh, column) + bn[j]!) : product(reset, wh, column);
      return Math.tanh(product(x, wx, column) + b[column]! + recurrent);
    };
    const next = old.map((hj, j) => (1 - gate(1, j)) * candidate(j) + gate(1, j) * hj);
    h = next;
    return next;
  });
}
