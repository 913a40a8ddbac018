import { UnrollError } from "@unroll/core";

/** What a row of a log holds. */
export type LogRow = Readonly<Record<string, number | string | boolean>>;

/** How rows become text: a table with a header, or one JSON object per line. */
export type LogFormat = "csv" | "jsonl";

/** What makes a logger. */
export interface LoggerOptions {
  /** Takes each row as a text that ends its line: `process.stdout.write`, or what a browser has for it. */
  write(text: string): void;
  /** Default: "csv". */
  readonly format?: LogFormat;
  /** The columns of a csv. Default: the names of the first row. Given, no header is written. */
  readonly columns?: readonly string[] | undefined;
}

/** Writes rows of numbers as they come. */
export interface Logger {
  /** Throws: UnrollError when a csv row has other columns than the first. */
  add(row: LogRow): void;
}

/**
 * A log of numbers, row by row. `fileLogger` of `@unroll/optim/node` writes one to a file.
 *
 * Numbers keep all their digits. JSON has no NaN and no infinities: they are written as strings.
 *
 *     const log = logger({ write: (text) => process.stdout.write(text) });
 *     log.add({ step: 100, loss: 1.7 });
 */
export function logger({ write, format = "csv", columns: known }: LoggerOptions): Logger {
  let columns = known;
  return {
    add(row) {
      if (format === "jsonl") return write(jsonLine(row));
      if (columns === undefined) {
        columns = Object.keys(row);
        write(csvLine(columns));
      }
      const names = columns;
      const missing = names.filter((name) => !(name in row));
      const extra = Object.keys(row).filter((name) => !names.includes(name));
      if (missing.length + extra.length > 0) {
        throw new UnrollError(
          `logger: the row has ${Object.keys(row).join(", ")}; the columns are ${names.join(", ")}.`,
          'Give every row all columns, or choose the format "jsonl".',
        );
      }
      write(csvLine(names.map((name) => String(row[name]))));
    },
  };
}

const jsonLine = (row: LogRow): string =>
  `${JSON.stringify(row, (_, x: unknown) => (typeof x === "number" && !Number.isFinite(x) ? String(x) : x))}\n`;

/** Source: Shafranovich, RFC 4180, 2005. */
const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\n`;

/** The cells of a line that `logger` wrote. */
export const csvCells = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain! : quoted.replaceAll('""', '"'),
  );
