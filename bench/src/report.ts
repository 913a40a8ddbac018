/** What is printed of the figures. */
import type { Figures, Result } from "./figures.ts";

/** How figures came about. */
export interface Circumstances {
  readonly engine: string;
  readonly threads: number;
  readonly clock: string;
  readonly quick: boolean;
  readonly node: string;
}

/** One line of JSON: the figures of the first case, and of every case where there are several. */
export function jsonLine({ workload, cases }: Result, circumstances: Circumstances): string {
  const { engine, threads, ...others } = circumstances;
  const rounded = [...cases].map(([name, figures]) => ({ case: name, ...round(figures) }));
  const { case: _, ...first } = rounded[0]!;
  return JSON.stringify({
    workload,
    engine,
    threads,
    ...first,
    ...others,
    ...(rounded.length > 1 && { cases: rounded }),
  });
}

/**
 * To four digits: more than a repetition of the same measurement keeps. The names stay, which the type of
 * `Object.fromEntries` does not say.
 */
const round = (figures: Figures): Figures =>
  Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, Number((value as number).toPrecision(4))]),
  ) as unknown as Figures;

type Column = readonly [head: string, text: (figures: Figures) => string | undefined];

const columns: readonly Column[] = [
  ["ms", (f) => digits(f.ms)],
  ["min", (f) => digits(f.min_ms)],
  ["max", (f) => digits(f.max_ms)],
  ["char/s", (f) => digits(f.chars_per_s)],
  ["GFLOP/s", (f) => digits(f.gflops)],
  ["of peak", (f) => (f.share_of_peak === undefined ? undefined : `${digits(100 * f.share_of_peak)} %`)],
  ["us/time step", (f) => digits(f.us_per_time_step)],
  ["compile ms", (f) => digits(f.compile_ms)],
  ["peak MiB", (f) => digits(f.peak_rss_mib)],
  ["cores", (f) => digits(f.cores)],
];

const digits = (x: number | undefined): string | undefined =>
  x?.toLocaleString("en", { maximumSignificantDigits: 3 });

/** Every case a line, without columns in which there is nothing. */
export function table(results: readonly Result[]): string {
  const lines = results.flatMap(({ workload, cases }) =>
    [...cases].map(([name, figures]) => ({ name: [workload, name].filter(Boolean).join(" "), figures })),
  );
  const shown = columns.filter(([, text]) => lines.some(({ figures }) => text(figures) !== undefined));
  const rows = [
    ["", ...shown.map(([head]) => head)],
    ...lines.map(({ name, figures }) => [name, ...shown.map(([, text]) => text(figures) ?? "")]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** A sentence on how figures came about. */
export const heading = ({ engine, threads, clock, quick, node }: Circumstances): string =>
  `${engine}, ${threads === 1 ? "1 thread" : `${threads} threads`}, Node ${node}, ${clock} time` +
  (quick ? ", quick: too short for figures to quote" : "");
