/** What a command line asks for. */
import { parseArgs } from "node:util";
import { cells, type CellName } from "./cells.ts";
import { tasks, type TaskName } from "./tasks.ts";

export interface Flags {
  readonly tasks: readonly TaskName[];
  readonly cells: readonly CellName[];
  readonly lengths: readonly number[];
  readonly hidden: number;
  readonly batch: number;
  readonly rate: number;
  readonly sequences: number;
  readonly seeds: number;
  /** Where the curve of success over length is drawn. */
  readonly plot: string | undefined;
}

const standard = {
  tasks: "adding",
  cells: "rnn,lstm,gru",
  lengths: "50",
  hidden: "64",
  batch: "50",
  rate: "0.003",
  sequences: "50000",
  seeds: "1",
} as const;

const listed = (things: Readonly<Record<string, unknown>>): string => Object.keys(things).join(", ");

export const usage = `main.ts [options]
  --tasks A,B      or all (${standard.tasks})
                   ${listed(tasks)}
  --cells A,B      or all (${standard.cells})
                   ${listed(cells)}
  --lengths T,T    steps of the sequences (${standard.lengths})
  --hidden H       units of the networks (${standard.hidden})
  --batch B        sequences in a step (${standard.batch})
  --rate R         learning rate of Adam (${standard.rate})
  --sequences N    after so many a network has failed (${standard.sequences})
  --seeds N        networks of each kind, seeds 1 to N (${standard.seeds})
  --plot FILE.svg  draw the share that succeeds against the length, a picture for each task`;

/** A flag that cannot be understood. */
export class UsageError extends Error {}

/**
 * Read the words after the program's name.
 *
 * Throws: UsageError.
 */
export function readFlags(words: readonly string[]): Flags {
  const texts = { ...standard, ...parse(words) };
  return {
    tasks: names("tasks", texts.tasks, tasks),
    cells: names("cells", texts.cells, cells),
    lengths: texts.lengths.split(",").map((text) => whole("lengths", text)),
    hidden: whole("hidden", texts.hidden),
    batch: whole("batch", texts.batch),
    rate: positive("rate", texts.rate),
    sequences: whole("sequences", texts.sequences),
    seeds: whole("seeds", texts.seeds),
    plot: texts.plot,
  };
}

type Texts = Partial<Record<keyof typeof standard | "plot", string>>;

function parse(words: readonly string[]): Texts {
  const options = Object.fromEntries(
    [...Object.keys(standard), "plot"].map((name) => [name, { type: "string" as const }]),
  );
  try {
    return parseArgs({ args: [...words], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function names<N extends string>(flag: string, text: string, known: Readonly<Record<N, unknown>>): N[] {
  if (text === "all") return Object.keys(known) as N[];
  return text.split(",").map((name) => {
    if (Object.hasOwn(known, name)) return name as N;
    throw new UsageError(`--${flag}: there is no ${name}. There are ${listed(known)}.`);
  });
}

function positive(flag: string, text: string): number {
  const number = Number(text);
  if (number > 0 && number < Infinity) return number;
  throw new UsageError(`--${flag} ${text}: it must be a number above 0.`);
}

function whole(flag: string, text: string): number {
  const number = positive(flag, text);
  if (Number.isSafeInteger(number)) return number;
  throw new UsageError(`--${flag} ${text}: it must be a whole number.`);
}
