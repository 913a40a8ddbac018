import * as Plot from "@observablehq/plot";
import type { LogRow } from "@unroll/optim";
import { drawSvg } from "./draw-svg.ts";

/** How curves are drawn. */
export interface PlotOptions {
  /** The column that runs from left to right. Default: "step". */
  readonly x?: string;
  /** The columns that are drawn, a curve each. Default: all other columns of numbers. */
  readonly y?: readonly string[];
  readonly title?: string;
  /** Default: "linear". */
  readonly scale?: "linear" | "log";
  /** In pixels. Default: 640 by 400. */
  readonly width?: number;
  readonly height?: number;
}

/** One point of a curve. */
interface Point {
  readonly x: number;
  readonly y: number;
  readonly column: string;
}

/**
 * The curves of a training log as an SVG document, a colour for each column.
 *
 * Values that are no finite number, and on a logarithmic scale those that are not above 0, leave a gap.
 *
 * Throws: RangeError naming the columns that there are, when the log lacks one that is asked for.
 *
 *     writeFileSync("loss.svg", plotLog(rows, { y: ["training", "validation"], scale: "log" }));
 */
export function plotLog(rows: readonly LogRow[], options: PlotOptions = {}): string {
  const { x = "step", title, scale = "linear", width = 640, height = 400 } = options;
  const columns = numericColumns(rows);
  const y = options.y ?? columns.filter((name) => name !== x);
  const missing = [x, ...y].find((name) => !columns.includes(name));
  if (missing !== undefined) {
    throw new RangeError(
      `plotLog: no column of numbers is called "${missing}".\nThere are: ${columns.join(", ")}.`,
    );
  }
  const points = y.flatMap((column) => rows.map((row) => pointOf(row, x, column, scale)));
  return drawSvg({
    width,
    height,
    marginLeft: 56,
    marginTop: title === undefined ? 28 : 48,
    x: { label: x },
    y: { type: scale, grid: true, label: y.length === 1 ? y[0]! : null },
    color: { domain: [...y] },
    marks: [
      Plot.line(points, { x: "x", y: "y", z: "column", stroke: "column" }),
      // Few points are seen better, and one alone is seen at all.
      ...(rows.length > fewRows ? [] : [Plot.dot(points, { x: "x", y: "y", fill: "column" })]),
      ...names(y),
      ...(title === undefined ? [] : [Plot.text([title], { frameAnchor: "top", dy: -40, fontSize: 13 })]),
    ],
  });
}

/** Up to so many rows, points are drawn as well as lines. */
const fewRows = 30;

/** The names of the curves in their colours, in a row above the picture, where no curve can run through them. */
function names(columns: readonly string[]): Plot.Markish[] {
  const places = columns.map((_, i) => columns.slice(0, i).reduce((x, name) => x + 7 * name.length + 16, 0));
  return columns.map((column, i) =>
    Plot.text([column], {
      fill: () => column,
      frameAnchor: "top-left",
      textAnchor: "start",
      dx: places[i]!,
      dy: -18,
      fontSize: 12,
    }),
  );
}

const numericColumns = (rows: readonly LogRow[]): readonly string[] => [
  ...new Set(rows.flatMap((row) => Object.keys(row).filter((name) => typeof row[name] === "number"))),
];

function pointOf(row: LogRow, x: string, column: string, scale: "linear" | "log"): Point {
  const value = Number(row[column] ?? NaN);
  const isDrawn = Number.isFinite(value) && (scale === "linear" || value > 0);
  return { x: Number(row[x] ?? NaN), y: isDrawn ? value : NaN, column };
}
