/** The three pictures. */
import * as Plot from "@observablehq/plot";
import { drawSvg } from "@unroll/plot";
import type { Point, Surface } from "./cliff.ts";
import type { Spectrum } from "./flow.ts";

/** What was measured of one network, before its training and after. */
export interface Measured {
  readonly name: string;
  readonly when: "at start" | "trained";
  /** |dL/dh_t| for every step. */
  readonly norms: readonly number[];
  /** Singular values of dh_T/dh_t for every step. */
  readonly spectra: readonly Spectrum[];
}

/** Pictures end below this size: there a gradient makes no difference any more. */
const least = 1e-12;

/** Zero has no logarithm: the curve has a gap. */
const drawn = (n: number): number => (n > 0 ? n : NaN);

/** A logarithmic axis for these numbers. */
const logarithmic = (numbers: readonly number[], label: string): Plot.ScaleOptions & { label: string } => ({
  type: "log",
  domain: [least, 2 * Math.max(...numbers.filter((n) => n > 0))],
  grid: true,
  tickFormat: ".0e",
  label,
});

/** Names in the colours of their curves, in a row above the first panel. */
const names = (all: readonly string[], panel: Plot.TextOptions): Plot.Markish[] =>
  all.map((name, i) =>
    Plot.text([name], {
      ...panel,
      fill: () => name,
      frameAnchor: "top-left",
      textAnchor: "start",
      dx: all.slice(0, i).reduce((x, before) => x + 7 * before.length + 16, 0),
      dy: -34,
      fontSize: 12,
    }),
  );

/** The norm of the gradient by the memory against the step; a panel before training and one after. */
export function normsSvg(measured: readonly Measured[]): string {
  const rows = measured.flatMap(({ name, when, norms }) =>
    norms.map((norm, t) => ({ name, when, t: t + 1, norm: drawn(norm) })),
  );
  const cells = [...new Set(measured.map(({ name }) => name))];
  return drawSvg({
    width: 800,
    height: 360,
    marginLeft: 64,
    marginTop: 64,
    x: { label: "step t" },
    y: logarithmic(
      rows.map(({ norm }) => norm),
      "|dL/dh_t|, mean of a batch",
    ),
    fx: { label: null, domain: ["at start", "trained"] },
    color: { domain: cells },
    marks: [
      Plot.frame({ stroke: "#ddd" }),
      Plot.line(rows, { x: "t", y: "norm", z: "name", stroke: "name", fx: "when", clip: true }),
      ...names(cells, { fx: () => "at start" }),
    ],
  });
}

/** Singular values of dh_T/dh_t: the largest as a line, and a band from the middle one up to it. */
export function spectraSvg(measured: readonly Measured[]): string {
  const rows = measured.flatMap(({ name, when, spectra }) =>
    spectra.map(({ largest, middle }, t) => ({
      name,
      when,
      t: t + 1,
      largest: drawn(largest),
      // A band whose lower side is nothing reaches down to the end of the picture.
      middle: Math.max(middle, least / 2),
    })),
  );
  const cells = [...new Set(measured.map(({ name }) => name))];
  return drawSvg({
    width: 150 * cells.length + 80,
    height: 420,
    marginTop: 40,
    marginLeft: 64,
    marginRight: 64,
    x: { label: "step t", ticks: 3 },
    y: logarithmic(
      rows.map(({ largest }) => largest),
      "singular values of dh_T/dh_t: the largest, down to the middle one",
    ),
    fx: { label: null, domain: cells },
    fy: { label: null, domain: ["at start", "trained"] },
    color: { domain: cells },
    marks: [
      Plot.frame({ stroke: "#ddd" }),
      Plot.areaY(rows, {
        x: "t",
        y1: "middle",
        y2: "largest",
        fill: "name",
        fillOpacity: 0.25,
        clip: true,
        fx: "name",
        fy: "when",
      }),
      Plot.lineY(rows, { x: "t", y: "largest", stroke: "name", clip: true, fx: "name", fy: "when" }),
      Plot.ruleY([1], { stroke: "#888", strokeDasharray: "3 3" }),
    ],
  });
}

/** The error surface of one unit as contours, with paths of descent on it. */
export function cliffSvg(
  { w, b, resolution, errors }: Surface,
  paths: readonly { readonly name: string; readonly points: readonly Point[] }[],
): string {
  const rows = paths.flatMap(({ name, points }) => points.map((point, i) => ({ ...point, name, i })));
  return drawSvg({
    width: 640,
    height: 480,
    marginLeft: 56,
    marginTop: 40,
    x: { domain: w, label: "weight w" },
    y: { domain: b, label: "bias b" },
    color: { scheme: "blues", label: "error" },
    marks: [
      Plot.contour(errors, {
        width: resolution,
        height: resolution,
        x1: w[0],
        x2: w[1],
        y1: b[0],
        y2: b[1],
        fill: Plot.identity,
        thresholds: 16,
      }),
      ...paths.map(({ name }, i) => {
        const path = rows.filter((row) => row.name === name);
        const stroke = ["#d62728", "#2ca02c"][i % 2]!;
        return [
          Plot.line(path, { x: "w", y: "b", stroke, clip: true }),
          Plot.dot(path, { x: "w", y: "b", r: 2.5, fill: stroke, clip: true }),
          Plot.text([name], {
            frameAnchor: "top-left",
            textAnchor: "start",
            fill: stroke,
            dy: -26 + 13 * i,
            fontSize: 12,
          }),
        ];
      }),
    ],
  });
}
