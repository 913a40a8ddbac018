// Logs as files. The only source of optim that touches Node's modules.
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { csvCells, logger, type LogFormat, type Logger } from "./report/logger.ts";

export type { LogFormat, Logger, LogRow } from "./report/logger.ts";

/** What makes a log in a file. */
export interface FileLoggerOptions {
  /** Default: "jsonl" when the name ends so, "csv" otherwise. */
  readonly format?: LogFormat;
  /** Go on with the rows that are there, as a resumed run does, instead of beginning anew. Default: false. */
  readonly append?: boolean;
}

/**
 * A log in a file, in which every row stands as soon as it is added. Missing folders are made.
 *
 * Throws: errors of the file system as Node has them.
 *
 *     const log = fileLogger("runs/first.csv");
 *     log.add({ step: 100, loss: 1.7 });
 */
export function fileLogger(file: string, options: FileLoggerOptions = {}): Logger {
  const { format = file.endsWith(".jsonl") ? "jsonl" : "csv", append = false } = options;
  mkdirSync(dirname(file), { recursive: true });
  const before = append && existsSync(file) ? wholeLines(readFileSync(file, "utf8")) : "";
  // Also takes away what a killed run wrote of a last row.
  writeFileSync(file, before);
  const header = before.slice(0, Math.max(before.indexOf("\n"), 0));
  const columns = format === "csv" && header !== "" ? csvCells(header) : undefined;
  return logger({ write: (text) => appendFileSync(file, text), format, columns });
}

const wholeLines = (text: string): string => text.slice(0, text.lastIndexOf("\n") + 1);
