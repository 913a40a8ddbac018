/** What a command line asks for. */
import { parseArgs } from "node:util";
import { cells, type CellName } from "./model.ts";

const standard = {
  cell: "lstm",
  hidden: "150",
  dropout: "0.25",
  rate: "0.003",
  batch: "8",
  epochs: "100",
  patience: "8",
  seed: "1",
  write: "0",
} as const;

/** With the file, if there is one. */
export interface Flags {
  readonly file: string | undefined;
  readonly cell: CellName;
  readonly hidden: number;
  readonly dropout: number;
  readonly rate: number;
  readonly batch: number;
  readonly epochs: number;
  readonly patience: number;
  readonly seed: number;
  readonly write: number;
}

export const usage = `main.ts [FILE.json] [options]
  FILE.json      songs as {"train", "valid", "test"} of lists of steps of MIDI numbers; without it they are made up
  --cell NAME    one of ${Object.keys(cells).join(", ")} (${standard.cell})
  --hidden H     units of the network (${standard.hidden})
  --dropout R    share of its outputs dropped in training (${standard.dropout})
  --rate R       learning rate of Adam (${standard.rate})
  --batch B      songs in a step (${standard.batch})
  --epochs N     at most so many times through the songs (${standard.epochs})
  --patience N   end after so many epochs without a better validation loss (${standard.patience})
  --seed S       of weights, noise and order (${standard.seed})
  --write N      at the end, go on with a test song for N steps (${standard.write})`;

/** A flag that cannot be understood. */
export class UsageError extends Error {}

/**
 * Read the words after the program's name.
 *
 * Throws: UsageError.
 */
export function readFlags(words: readonly string[]): Flags {
  const { texts, files } = parse(words);
  const whole = (flag: keyof typeof standard, least: number): number => {
    const n = Number(texts[flag]);
    if (Number.isSafeInteger(n) && n >= least) return n;
    throw new UsageError(`--${flag} ${texts[flag]}: it must be a whole number from ${least} on.`);
  };
  const dropout = Number(texts.dropout);
  if (!(dropout >= 0 && dropout < 1))
    throw new UsageError(`--dropout ${texts.dropout}: it must be from 0 to below 1.`);
  const rate = Number(texts.rate);
  if (!(rate > 0 && rate < Infinity))
    throw new UsageError(`--rate ${texts.rate}: it must be a number above 0.`);
  if (!Object.hasOwn(cells, texts.cell))
    throw new UsageError(`--cell: there is no ${texts.cell}. There are ${Object.keys(cells).join(", ")}.`);
  if (files.length > 1) throw new UsageError(`${files[1]}: one file is enough.`);
  return {
    file: files[0],
    cell: texts.cell as CellName,
    hidden: whole("hidden", 1),
    dropout,
    rate,
    batch: whole("batch", 1),
    epochs: whole("epochs", 1),
    patience: whole("patience", 1),
    seed: whole("seed", 0),
    write: whole("write", 0),
  };
}

function parse(words: readonly string[]): {
  readonly texts: Readonly<Record<keyof typeof standard, string>>;
  readonly files: readonly string[];
} {
  const options = Object.fromEntries(
    Object.keys(standard).map((name) => [name, { type: "string" as const }]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true });
    return { texts: { ...standard, ...values }, files: positionals };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
