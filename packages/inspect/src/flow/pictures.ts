import * as Plot from "@observablehq/plot";
import { drawSvg, plotLog, type PlotOptions } from "@unroll/plot";
import type { Flow, FlowValue } from "./gradient-flow.ts";
import type { UpdateRatio } from "./update-ratios.ts";

/** The sizes of a picture. */
export interface FlowPictureOptions {
  readonly title?: string;
  /** In pixels. Default: 640 by 400. */
  readonly width?: number;
  readonly height?: number;
}

/** A number for each name, at one step. */
type Row = { readonly step: number } & Readonly<Record<string, number>>;

const curves = (rows: readonly Row[], options: FlowPictureOptions): string =>
  plotLog(rows, { scale: "log", ...options } satisfies PlotOptions);

/**
 * The norms of gradients by step of time, a curve for each labelled value that is inside of a scan: how far back the
 * gradient reaches.
 *
 *     writeFileSync("through-time.svg", drawFlowThroughTime(flow(params, batch)));
 */
export function drawFlowThroughTime({ nodes }: Flow, options: FlowPictureOptions = {}): string {
  const inTime = nodes.filter(({ gradientNorms }) => gradientNorms.length > 1);
  const length = Math.max(0, ...inTime.map(({ gradientNorms }) => gradientNorms.length));
  const rows = Array.from({ length }, (_, step): Row => ({
    step,
    ...Object.fromEntries(inTime.map(({ name, gradientNorms }) => [name, gradientNorms[step] ?? NaN])),
  }));
  return curves(rows, { title: "Norm of the gradient by step of time", ...options });
}

/**
 * The norms of the gradients of parameters during training, or of those of labelled values, a curve for each.
 *
 *     flows.push({ step, flow: flow(trainer.state.params, batch) });
 *     writeFileSync("training.svg", drawFlowInTraining(flows));
 */
export function drawFlowInTraining(
  flows: readonly { readonly step: number; readonly flow: Flow }[],
  { of = "parameters", ...options }: FlowPictureOptions & { readonly of?: "nodes" | "parameters" } = {},
): string {
  const rows = flows.map(({ step, flow }): Row => ({
    step,
    ...Object.fromEntries(flow[of].map(({ name, gradientNorm }) => [name, gradientNorm])),
  }));
  return curves(rows, {
    title: `Norm of the gradient by ${of === "nodes" ? "value" : "parameter"}`,
    ...options,
  });
}

/** The ratios of update to weight during training, a curve for each parameter. */
export function drawUpdateRatios(
  moments: readonly { readonly step: number; readonly ratios: readonly UpdateRatio[] }[],
  options: FlowPictureOptions = {},
): string {
  const rows = moments.map(({ step, ratios }): Row => ({
    step,
    ...Object.fromEntries(ratios.map(({ path, ratio }) => [path, ratio])),
  }));
  return curves(rows, { title: "Ratio of update to weight", ...options });
}

/** Heights of a row of histograms, and of what is above and below all of them. */
const [rowHeight, margins] = [64, 70];

/**
 * Histograms of the labelled values, or of the parameters, and beside them those of their gradients, a row for each.
 *
 *     writeFileSync("histograms.svg", drawHistograms(flow(params, batch)));
 */
export function drawHistograms(
  { nodes, parameters }: Flow,
  options: FlowPictureOptions & { readonly of?: "nodes" | "parameters" } = {},
): string {
  const { of = "nodes", title, width = 640 } = options;
  const values = of === "nodes" ? nodes : parameters;
  const { height = margins + rowHeight * values.length } = options;
  const size = { width: width / 2, height };
  const svgs = [
    histograms(values, "histogram", { ...size, x: { label: "value", ticks: 5 }, marginLeft: 90 }, "#3f78b5"),
    histograms(
      values,
      "gradientHistogram",
      { ...size, x: { label: "gradient", ticks: 5 }, marginLeft: 16 },
      "#8f6bbf",
    ),
  ];
  const placed = svgs.map((svg, i) => svg.replace("<svg ", `<svg x="${(i * width) / 2}" `));
  const words = title?.replaceAll("&", "&amp;").replaceAll("<", "&lt;") ?? "";
  const head = `<text x="${width / 2}" y="20" text-anchor="middle" font-size="13" font-family="system-ui, sans-serif">${words}</text>`;
  const box = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box}>${head}${placed.join("")}</svg>`;
}

/** A column of histograms: each bar is a share of the highest one of its row. */
function histograms(
  values: readonly FlowValue[],
  which: "histogram" | "gradientHistogram",
  options: Plot.PlotOptions,
  fill: string,
): string {
  const bars = values.flatMap(({ name, [which]: { borders, counts } }) => {
    const most = Math.max(...counts);
    return counts.map((count, i) => ({ name, from: borders[i]!, to: borders[i + 1]!, share: count / most }));
  });
  return drawSvg({
    marginTop: 40,
    y: { axis: null, domain: [0, 1.15] },
    fy: { label: null, domain: values.map(({ name }) => name), axis: which === "histogram" ? "left" : null },
    marks: [
      Plot.rectY(bars, {
        fy: "name",
        x1: "from",
        x2: "to",
        y: "share",
        fill,
        insetLeft: 0.3,
        insetRight: 0.3,
      }),
      Plot.ruleY([0], { stroke: "#9aa4b2" }),
    ],
    ...options,
  });
}
