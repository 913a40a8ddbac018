/** What a checkpoint holds, in words. */
import type { DecodedAll, Tensor } from "@unroll/core";
import { flagOf, textsOf } from "../command-line/option.ts";
import type { Notes } from "../run/checkpoint.ts";
import type { Entry } from "../train/log.ts";

/** The options, the losses and the parameters of a run, as the lines of a report. */
export function inspect(
  notes: Notes,
  { tensors }: Pick<DecodedAll, "tensors">,
  log: readonly Entry[],
): string {
  const all = Object.entries(tensors);
  const params = all.filter(([path]) => path.startsWith("params."));
  const total = params.reduce((sum, [, { data }]) => sum + data.length, 0);
  const others = all.reduce((sum, [, { data }]) => sum + data.length, 0) - total;
  return [
    "Options",
    ...Object.entries(textsOf(notes.options)).map(([name, text]) => `  ${flagOf(name).padEnd(20)} ${text}`),
    "",
    "Symbols",
    `  ${notes.vocabulary.size} ${notes.vocabulary.kind}`,
    "",
    "Losses",
    ...lossesOf(notes, log).map((line) => `  ${line}`),
    "",
    "Parameters",
    ...tableOf([
      ["path", "shape", "numbers", "mean", "deviation", "largest"],
      ...params.map(([path, tensor]) => rowOf(path.slice("params.".length), tensor)),
    ]).map((line) => `  ${line}`),
    `  ${total.toLocaleString("en")} numbers, and ${others.toLocaleString("en")} that the optimiser and the cells remember`,
  ].join("\n");
}

function lossesOf({ step, course }: Notes, log: readonly Entry[]): readonly string[] {
  const { best, failed } = course;
  const before = log.filter((entry) => entry.step <= step);
  const recent = before.slice(-100);
  const mean = recent.reduce((sum, { loss }) => sum + loss, 0) / recent.length;
  const validated = before.findLast(({ validation }) => validation !== undefined);
  return [
    `step ${step}${recent.length > 0 ? `, epoch ${recent.at(-1)!.epoch.toFixed(3)}` : ""}`,
    ...(recent.length > 0
      ? [`training ${mean.toFixed(4)}, the mean of the last ${recent.length} steps`]
      : []),
    ...(validated ? [`held out ${validated.validation!.toFixed(4)} after step ${validated.step}`] : []),
    ...(best
      ? [`best held out ${best.loss.toFixed(4)} after step ${best.step}, ${failed} validations since`]
      : []),
  ];
}

function rowOf(path: string, { shape, data }: Tensor): readonly string[] {
  const numbers = Array.from(data);
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
  const largest = numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const short = (x: number): string => x.toFixed(4);
  return [
    path,
    `[${shape.join(", ")}]`,
    numbers.length.toLocaleString("en"),
    short(mean),
    short(Math.sqrt(variance)),
    short(largest),
  ];
}

/** Columns as wide as their widest cell: paths and shapes to the left, numbers to the right. */
function tableOf(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd(),
  );
}
