/** Trials as rows of a table, and success against length as a picture. */
import { plotLog } from "@unroll/plot";
import type { Trial } from "./suite.ts";
import { taskOf, type TaskName } from "./tasks.ts";

const columns = [
  ["task", 14, ({ task }: Trial) => task],
  ["cell", 15, ({ cell }: Trial) => cell],
  ["T", 5, ({ length }: Trial) => String(length)],
  ["seed", 5, ({ seed }: Trial) => String(seed)],
  ["solved after", 13, ({ needed }: Trial) => (needed === undefined ? "-" : needed.toLocaleString("en"))],
  ["loss", 10, ({ score }: Trial) => score.loss.toPrecision(3)],
  ["no memory", 10, ({ baseline }: Trial) => baseline.toPrecision(3)],
  ["mistaken", 9, ({ score }: Trial) => percent(score.mistaken)],
  ["at 2 T", 9, ({ longer }: Trial) => (longer ? percent(longer.mistaken) : "")],
  ["seconds", 8, ({ seconds }: Trial) => seconds.toFixed(0)],
] as const;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Names to the left, numbers to the right. */
const line = (texts: readonly string[]): string =>
  texts
    .map((text, i) => (i < 2 ? text.padEnd(columns[i]![1]) : text.padStart(columns[i]![1])))
    .join(" ")
    .trimEnd();

export const heading: string = line(columns.map(([name]) => name));

export const rowOf = (trial: Trial): string => line(columns.map(([, , text]) => text(trial)));

/** The share of networks that solve a task, for each cell over the lengths, as SVG. */
export function successSvg(task: TaskName, trials: readonly Trial[]): string {
  const lengths = [...new Set(trials.map(({ length }) => length))].sort((a, b) => a - b);
  const cells = [...new Set(trials.map(({ cell }) => cell))];
  const rows = lengths.map((length) => {
    const shares = cells.map((cell): readonly [string, number] => {
      const tried = trials.filter((trial) => trial.length === length && trial.cell === cell);
      return [cell, tried.filter(({ needed }) => needed !== undefined).length / tried.length];
    });
    return { length, ...Object.fromEntries(shares) };
  });
  return plotLog(rows, {
    x: "length",
    y: cells,
    title: `Share of networks that solve "${task}": ${taskOf(task).threshold}`,
  });
}
