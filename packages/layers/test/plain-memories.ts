// Cells with other memories than gates over one state, on numbers, a step and a row at a time, as in their papers.
import { lstmStep } from "./plain-lstms.ts";
import {
  each,
  inner,
  parts,
  product,
  relu,
  sigmoid,
  softmax,
  softplus,
  standardized,
  sum,
  times,
  total,
  type Matrix,
  type Row,
} from "./plain-vectors.ts";

/** Lei et al., 2018, eqs. 1-4, with the scale of the input that passes by. */
export const sruStep =
  (scale: number) =>
  (
    { wx, v, b, wp }: { readonly wx: Matrix; readonly v: Row; readonly b: Row; readonly wp?: Matrix },
    { c }: { readonly c: Row },
    x: Row,
  ) => {
    const [xf, xr, xc] = parts(times(x, wx), 3) as [Row, Row, Row];
    const [vf, vr] = parts(v, 2) as [Row, Row];
    const [bf, br] = parts(b, 2) as [Row, Row];
    const f = sum(xf, product(vf, c), bf).map(sigmoid);
    const r = sum(xr, product(vr, c), br).map(sigmoid);
    const cNext = each((f, c, x) => f * c + (1 - f) * x, f, c, xc);
    const h = each((r, c, x) => r * c + (1 - r) * x * scale, r, cNext, wp ? times(x, wp) : x);
    return [{ c: cNext }, h] as const;
  };

/** Bradbury et al., 2017, eqs. 1, 3-5; zoneout as its mean. */
export const qrnnStep =
  (pooling: "f" | "fo" | "ifo", zoneout = 0) =>
  (
    { w, b }: { readonly w: Matrix; readonly b: Row },
    { c, past }: { readonly c: Row; readonly past: readonly Row[] },
    x: Row,
  ) => {
    const window = [...past, x];
    const [z, sf, o, i] = parts(sum(times(window.flat(), w), b), 1 + pooling.length) as [
      Row,
      Row,
      Row?,
      Row?,
    ];
    const f = sf.map((f) => zoneout + (1 - zoneout) * sigmoid(f));
    const taken = i ? i.map(sigmoid) : f.map((f) => 1 - f);
    const cNext = sum(product(f, c), product(taken, z.map(Math.tanh)));
    return [{ c: cNext, past: window.slice(1) }, o ? product(o.map(sigmoid), cNext) : cNext] as const;
  };

/** Mikolov et al., 2015. */
export const scrnStep =
  (decay: number) =>
  (
    p: {
      readonly wc: Matrix;
      readonly wx: Matrix;
      readonly wh: Matrix;
      readonly ws: Matrix;
      readonly q?: Row;
    },
    { h, s }: { readonly h: Row; readonly s: Row },
    x: Row,
  ) => {
    const keep = p.q ? p.q.map(sigmoid) : s.map(() => decay);
    const sNext = each((a, b, s) => (1 - a) * b + a * s, keep, times(x, p.wc), s);
    const hNext = sum(times(sNext, p.ws), times(x, p.wx), times(h, p.wh)).map(sigmoid);
    return [{ h: hNext, s: sNext }, [...hNext, ...sNext]] as const;
  };

/** Koutnik et al., 2014, with the whole matrix, of whose blocks those from faster to slower modules are 0. */
export const clockworkStep =
  (periods: readonly number[]) =>
  (
    p: { readonly wx: Matrix; readonly wh: readonly Matrix[]; readonly b: Row },
    { h, t }: { readonly h: Row; readonly t: readonly [number] },
    x: Row,
  ) => {
    const size = h.length / periods.length;
    const module = (j: number): number => Math.floor(j / size);
    const whole = h.map((_, from) =>
      h.map((_, to) =>
        module(from) < module(to) ? 0 : p.wh[module(to)]![from - module(to) * size]![to % size]!,
      ),
    );
    const moved = sum(times(x, p.wx), times(h, whole), p.b).map(Math.tanh);
    const hNext = h.map((old, j) => (t[0] % periods[module(j)]! === 0 ? moved[j]! : old));
    return [{ h: hNext, t: [t[0] + 1] }, hNext] as const;
  };

/** Ba et al., 2016, eqs. 1 and 2. */
export const fastWeightsStep =
  ({ iterations = 1, decay = 0.95, rate = 0.5 }) =>
  (
    p: {
      readonly wx: Matrix;
      readonly wh: Matrix;
      readonly b: Row;
      readonly norm?: { readonly gain: Row; readonly bias: Row };
    },
    { h, a }: { readonly h: Row; readonly a: Matrix },
    x: Row,
  ) => {
    const z = sum(times(x, p.wx), times(h, p.wh), p.b);
    let s = z.map(relu);
    for (let i = 0; i < iterations; i++) {
      const y = sum(z, times(s, a));
      s = (p.norm ? sum(product(p.norm.gain, standardized(y)), p.norm.bias) : y).map(relu);
    }
    return [{ h: s, a: a.map((row, i) => row.map((x, j) => decay * x + rate * s[i]! * s[j]!)) }, s] as const;
  };

interface Head {
  readonly w: Matrix;
  readonly b: Row;
}

/** Graves et al., 2014, eqs. 5-9. */
function addressed(memory: Matrix, w: Row, told: Row, shifts: number): Row {
  const [M, N] = [memory[0]!.length, memory.length];
  const key = told.slice(0, M);
  const [beta, gate, gamma] = [
    softplus(told[M]!),
    sigmoid(told[M + 1]!),
    1 + softplus(told[M + 3 + 2 * shifts]!),
  ];
  const s = softmax(told.slice(M + 2, M + 3 + 2 * shifts));
  const cosine = (m: Row): number =>
    inner(key, m) / Math.sqrt((inner(key, key) + 1e-12) * (inner(m, m) + 1e-12));
  const content = softmax(memory.map((m) => beta * cosine(m)));
  const gated = each((c, w) => gate * c + (1 - gate) * w, content, w);
  const moved = gated.map((_, n) => total(s.map((share, d) => share * gated[(n - (d - shifts) + N) % N]!)));
  const sharp = moved.map((w) => w ** gamma);
  return sharp.map((w) => w / total(sharp));
}

/** Graves et al., 2014: both heads find the memory as it was before the step. */
export const ntmStep =
  (shifts: number) =>
  (
    p: { readonly controller: Parameters<typeof lstmStep>[0]; readonly read: Head; readonly write: Head },
    s: {
      readonly controller: Parameters<typeof lstmStep>[1];
      readonly memory: Matrix;
      readonly r: Row;
      readonly read: Row;
      readonly write: Row;
    },
    x: Row,
  ) => {
    const [controller, h] = lstmStep(p.controller, s.controller, [...x, ...s.r]);
    const M = s.r.length;
    const tells = ({ w, b }: Head): Row => sum(times(h, w), b);
    const read = addressed(s.memory, s.read, tells(p.read), shifts);
    const write = addressed(s.memory, s.write, tells(p.write), shifts);
    const [erase, added] = [
      tells(p.write)
        .slice(-2 * M, -M)
        .map(sigmoid),
      tells(p.write).slice(-M),
    ];
    const memory = s.memory.map((row, n) =>
      each((m, e, a) => m * (1 - write[n]! * e) + write[n]! * a, row, erase, added),
    );
    const r = times(read, s.memory);
    return [{ controller, memory, r, read, write }, [...h, ...r]] as const;
  };
