/** What is written for whoever started the program. */
import { relative } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";

/** What the reader types to start this program. */
export const program: string =
  process.env["npm_lifecycle_event"] === "start:run"
    ? "npm start --"
    : ["node", ...process.execArgv, relative("", process.argv[1] ?? "")].join(" ");

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Write pieces as they come. */
export async function pour(pieces: Iterable<string>): Promise<void> {
  for (const piece of pieces) {
    process.stdout.write(piece);
    await breathe(); // whether anybody still reads is heard between two pieces
  }
}

/** A number as people write it. */
export const n = (x: number): string => x.toLocaleString("en");

/** A word as a shell wants it. */
export const quoted = (word: string): string => (/^[\w./:\\-]+$/.test(word) ? word : `"${word}"`);

/** Nats as bits. */
export const bits = (nats: number): string => (nats / Math.LN2).toFixed(3);
