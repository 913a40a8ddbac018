// Gated cells of one state on numbers, a step and a row at a time, as their papers have them.
import {
  blocks,
  each,
  parts,
  product,
  relu,
  sigmoid,
  sum,
  times,
  type Matrix,
  type Row,
} from "./plain-vectors.ts";

interface Weights {
  readonly wx: Matrix;
  readonly wh: Matrix;
  readonly b: Row;
}
interface H {
  readonly h: Row;
}
type Step<P> = (p: P, s: H, x: Row) => readonly [H, Row];

const minus = (x: number): number => 1 - x;
const given = (h: Row): readonly [H, Row] => [{ h }, h];
/** w a + (1 - w) b */
const mixed = (w: Row, a: Row, b: Row): Row => each((w, a, b) => w * a + (1 - w) * b, w, a, b);

export const rnnStep =
  (f: (x: number) => number): Step<Weights> =>
  ({ wx, wh, b }, { h }, x) =>
    given(sum(times(x, wx), times(h, wh), b).map(f));

export const jordanStep =
  (decay: number) =>
  (
    p: { readonly wx: Matrix; readonly ws: Matrix; readonly b: Row; readonly wy: Matrix; readonly by: Row },
    { s }: { readonly s: Row },
    x: Row,
  ) => {
    const h = sum(times(x, p.wx), times(s, p.ws), p.b).map(sigmoid);
    const y = sum(times(h, p.wy), p.by).map(sigmoid);
    return [{ s: each((s, y) => decay * s + y, s, y) }, y] as const;
  };

export const indRnnStep = (
  { wx, u, b }: { readonly wx: Matrix; readonly u: Row; readonly b: Row },
  { h }: H,
  x: Row,
): readonly [H, Row] => given(sum(times(x, wx), product(u, h), b).map(relu));

/** Cho et al., 2014, with the reset gate before or, given bn, after the product; Chung et al. mix the other way. */
export const gruStep =
  (update: "state" | "candidate"): Step<Weights & { readonly bn?: Row }> =>
  ({ wx, wh, b, bn }, { h }, x) => {
    const [xr, xz, xn] = parts(sum(times(x, wx), b), 3) as [Row, Row, Row];
    const [ur, uz, un] = blocks(wh, 3) as [Matrix, Matrix, Matrix];
    const r = sum(xr, times(h, ur)).map(sigmoid);
    const z = sum(xz, times(h, uz)).map(sigmoid);
    const back = bn ? product(r, sum(times(h, un), bn)) : times(product(r, h), un);
    const n = sum(xn, back).map(Math.tanh);
    return given(update === "state" ? mixed(z, h, n) : mixed(z, n, h));
  };

export const mguStep: Step<Weights> = ({ wx, wh, b }, { h }, x) => {
  const [xf, xn] = parts(sum(times(x, wx), b), 2) as [Row, Row];
  const [uf, un] = blocks(wh, 2) as [Matrix, Matrix];
  const f = sum(xf, times(h, uf)).map(sigmoid);
  const n = sum(xn, times(product(f, h), un)).map(Math.tanh);
  return given(mixed(f, n, h));
};

export const ugrnnStep: Step<Weights> = ({ wx, wh, b }, { h }, x) => {
  const [g, n] = parts(sum(times(x, wx), times(h, wh), b), 2) as [Row, Row];
  return given(mixed(g.map(sigmoid), h, n.map(Math.tanh)));
};

type Mutant = Step<Weights & { readonly wp?: Matrix }>;

export const mut1Step: Mutant = ({ wx, wh, b, wp }, { h }, x) => {
  const [wxz, wxr] = blocks(wx, 2) as [Matrix, Matrix];
  const [whr, whh] = blocks(wh, 2) as [Matrix, Matrix];
  const [bz, br, bh] = parts(b, 3) as [Row, Row, Row];
  const z = sum(times(x, wxz), bz).map(sigmoid);
  const r = sum(times(x, wxr), times(h, whr), br).map(sigmoid);
  const seen = (wp ? times(x, wp) : x).map(Math.tanh);
  const n = sum(times(product(r, h), whh), seen, bh).map(Math.tanh);
  return given(sum(product(n, z), product(h, z.map(minus))));
};

export const mut2Step: Mutant = ({ wx, wh, b, wp }, { h }, x) => {
  const [wxz, wxh] = blocks(wx, 2) as [Matrix, Matrix];
  const [whz, whr, whh] = blocks(wh, 3) as [Matrix, Matrix, Matrix];
  const [bz, br, bh] = parts(b, 3) as [Row, Row, Row];
  const z = sum(times(x, wxz), times(h, whz), bz).map(sigmoid);
  const r = sum(wp ? times(x, wp) : x, times(h, whr), br).map(sigmoid);
  const n = sum(times(product(r, h), whh), times(x, wxh), bh).map(Math.tanh);
  return given(sum(product(n, z), product(h, z.map(minus))));
};

export const mut3Step: Step<Weights> = ({ wx, wh, b }, { h }, x) => {
  const [wxz, wxr, wxh] = blocks(wx, 3) as [Matrix, Matrix, Matrix];
  const [whz, whr, whh] = blocks(wh, 3) as [Matrix, Matrix, Matrix];
  const [bz, br, bh] = parts(b, 3) as [Row, Row, Row];
  const z = sum(times(x, wxz), times(h.map(Math.tanh), whz), bz).map(sigmoid);
  const r = sum(times(x, wxr), times(h, whr), br).map(sigmoid);
  const n = sum(times(product(r, h), whh), times(x, wxh), bh).map(Math.tanh);
  return given(sum(product(n, z), product(h, z.map(minus))));
};

/** Zilly et al., 2017, eqs. 6-9; with three columns the carry gate is its own. */
export const rhnStep: Step<{
  readonly wx: Matrix;
  readonly micro: readonly { readonly wh: Matrix; readonly b: Row }[];
}> = ({ wx, micro }, { h }, x) => {
  let s = h;
  micro.forEach(({ wh, b }, l) => {
    const gates = b.length / h.length;
    const own = sum(times(s, wh), b);
    const [n, t, k] = parts(l === 0 ? sum(times(x, wx), own) : own, gates) as [Row, Row, Row?];
    const transform = t.map(sigmoid);
    const carry = k ? k.map(sigmoid) : transform.map(minus);
    s = sum(product(n.map(Math.tanh), transform), product(s, carry));
  });
  return given(s);
};
