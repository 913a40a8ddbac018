/** The log of a run: a line of JSON for every step, with the loss to its last digit. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";

export interface Entry {
  readonly step: number;
  /** Passes over the text, with a fraction. */
  readonly epoch: number;
  /** Nats per symbol. */
  readonly loss: number;
  /** Of the gradient as it is before clipping, and of all parameters before the step. */
  readonly gradientNorm: number;
  readonly parameterNorm: number;
  /** Nats per symbol of the text that is held out, after a step that was followed by a validation. */
  readonly validation?: number;
}

export interface Log {
  write(entry: Entry): void;
  /** Returns when all that was written is on the disk. */
  sync(): void;
  close(): void;
}

export const logIn = (folder: string): string => join(folder, "log.jsonl");

/** The log of a run that goes on after `step`. What a program wrote that was killed later is forgotten. */
export function openLog(folder: string, step: number): Log {
  const file = logIn(folder);
  if (existsSync(file)) truncateSync(file, lengthUpTo(step, readFileSync(file, "utf8")));
  const handle = openSync(file, "a");
  return {
    write: (entry) => void writeSync(handle, `${JSON.stringify(entry)}\n`),
    sync: () => fsyncSync(handle),
    close: () => closeSync(handle),
  };
}

/** What a log says. A line that was cut off when the program was killed is passed over. */
export function readLog(folder: string): readonly Entry[] {
  if (!existsSync(logIn(folder))) return [];
  const lines = readFileSync(logIn(folder), "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Entry);
}

/** Bytes of the lines of the first steps. The last line may have been cut off: only a whole one counts. */
function lengthUpTo(step: number, text: string): number {
  let length = 0;
  for (const [line, number] of text.matchAll(/^\{"step":(\d+),.*\n/gm)) {
    if (Number(number) > step) break;
    length += Buffer.byteLength(line);
  }
  return length;
}
