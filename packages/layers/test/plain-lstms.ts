// The LSTM and its relatives on numbers, a step and a row at a time, as their papers have them.
import {
  each,
  parts,
  product,
  sigmoid,
  standardized,
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
interface HC {
  readonly h: Row;
  readonly c: Row;
}
type Peep = Readonly<Partial<Record<"i" | "f" | "o", Row>>>;
type Step<P> = (p: P, s: HC, x: Row) => readonly [HC, Row];

/** What the cell and the output become, by pre-activations in the order i, f, o, g. */
function lstmOf(z: Row, c: Row): HC {
  const [i, f, o, g] = parts(z, 4) as [Row, Row, Row, Row];
  const cNext = each((i, f, g, c) => sigmoid(f) * c + sigmoid(i) * Math.tanh(g), i, f, g, c);
  return { c: cNext, h: each((o, c) => sigmoid(o) * Math.tanh(c), o, cNext) };
}

const given = (s: HC): readonly [HC, Row] => [s, s.h];

export const lstmStep: Step<Weights> = ({ wx, wh, b }, { h, c }, x) =>
  given(lstmOf(sum(times(x, wx), times(h, wh), b), c));

/** Krause et al., 2016. */
export const multiplicativeStep: Step<
  Omit<Weights, "wh"> & { readonly wmx: Matrix; readonly wmh: Matrix; readonly wm: Matrix }
> = ({ wmx, wmh, wx, wm, b }, { h, c }, x) => {
  const m = product(times(x, wmx), times(h, wmh));
  return given(lstmOf(sum(times(x, wx), times(m, wm), b), c));
};

/** Ba et al., 2016, eqs. 20-22. */
export const layerNormStep: Step<
  Weights & { readonly gain: Readonly<Record<"x" | "h" | "c", Row>>; readonly bc: Row }
> = ({ wx, wh, b, gain, bc }, { h, c }, x) => {
  const z = sum(product(gain.x, standardized(times(x, wx))), product(gain.h, standardized(times(h, wh))), b);
  const o = parts(z, 4)[2]!;
  const next = lstmOf(z, c).c;
  const out = sum(product(gain.c, standardized(next)), bc);
  return given({ c: next, h: each((o, c) => sigmoid(o) * Math.tanh(c), o, out) });
};

/** Sak et al., 2014, eqs. 7-13: h is r of the paper, and p stands behind it in the output. */
export const projectionStep: Step<
  Weights & { readonly wr: Matrix; readonly wp?: Matrix; readonly peep?: Required<Peep> }
> = ({ wx, wh, b, wr, wp, peep }, { h, c }, x) => {
  const [zi, zf, zo, zg] = parts(sum(times(x, wx), times(h, wh), b), 4) as [Row, Row, Row, Row];
  const seen = (z: Row, w: Row | undefined, c: Row): Row => (w ? sum(z, product(w, c)) : z);
  const i = seen(zi, peep?.i, c).map(sigmoid);
  const f = seen(zf, peep?.f, c).map(sigmoid);
  const cNext = sum(product(f, c), product(i, zg.map(Math.tanh)));
  const o = seen(zo, peep?.o, cNext).map(sigmoid);
  const m = product(o, cNext.map(Math.tanh));
  const r = times(m, wr);
  return [{ h: r, c: cNext }, wp ? [...r, ...times(m, wp)] : r];
};

/** Neil et al., 2016. */
export const phasedStep =
  (leak: number) =>
  (
    p: Weights & { readonly period: Row; readonly shift: Row; readonly open: Row },
    s: HC,
    { x, t }: { readonly x: Row; readonly t: Row },
  ): readonly [HC, Row] => {
    const k = each(
      (period, shift, open) => {
        const phase = ((((t[0]! - shift) % period) + period) % period) / period;
        if (phase < open / 2) return (2 * phase) / open;
        return phase < open ? 2 - (2 * phase) / open : leak * phase;
      },
      p.period,
      p.shift,
      p.open,
    );
    const [fresh] = lstmStep(p, s, x);
    const mixed = (a: Row, b: Row): Row => each((k, a, b) => k * a + (1 - k) * b, k, a, b);
    return given({ h: mixed(fresh.h, s.h), c: mixed(fresh.c, s.c) });
  };

type VariantWeights = Weights & { readonly peep?: Peep; readonly wg?: Matrix };
type VariantState = HC & { readonly gates?: Readonly<Record<"i" | "f" | "o", Row>> };

/** Greff et al., 2015: the forward pass of section II, with the change that `variant` names. */
export const variantStep =
  (variant: string) =>
  (p: VariantWeights, s: VariantState, x: Row): readonly [VariantState, Row] => {
    const { h, c } = s;
    const names = { NIG: "fog", NFG: "iog", NOG: "ifg", CIFG: "iog" }[variant] ?? "ifog";
    const columns = parts(sum(times(x, p.wx), times(h, p.wh), p.b), names.length);
    const z = (name: string): Row => columns[names.indexOf(name)]!;
    const full = s.gates && p.wg && times([...s.gates.i, ...s.gates.f, ...s.gates.o], p.wg);
    const gate = (name: "i" | "f" | "o", seen: Row): Row => {
      const peeped = p.peep?.[name] ? product(p.peep[name], seen) : seen.map(() => 0);
      const heard = full ? parts(full, 3)["ifo".indexOf(name)]! : seen.map(() => 0);
      return sum(z(name), peeped, heard).map(sigmoid);
    };
    const ones = c.map(() => 1);
    const i = variant === "NIG" ? ones : gate("i", c);
    const f = variant === "NFG" ? ones : variant === "CIFG" ? i.map((i) => 1 - i) : gate("f", c);
    const g = variant === "NIAF" ? z("g") : z("g").map(Math.tanh);
    const cNext = sum(product(i, g), product(c, f));
    const o = variant === "NOG" ? ones : gate("o", cNext);
    const y = product(variant === "NOAF" ? cNext : cNext.map(Math.tanh), o);
    return [{ h: y, c: cNext, ...(s.gates ? { gates: { i, f, o } } : {}) }, y];
  };
