/** What a command line asks for. */
import { parseArgs } from "node:util";
import { subjects, type SubjectName } from "./model.ts";

export interface Flags {
  readonly cells: readonly SubjectName[];
  readonly length: number;
  readonly hidden: number;
  readonly steps: number;
  readonly rate: number;
  readonly seed: number;
  readonly out: string;
}

const standard = {
  cells: "rnn,irnn,gru,lstm,chrono-lstm",
  length: "100",
  hidden: "32",
  steps: "2000",
  rate: "0.003",
  seed: "1",
  out: "gradient-flow",
} as const;

export const usage = `main.ts [options]
  --cells A,B   of ${Object.keys(subjects).join(", ")} (${standard.cells})
  --length T    steps of the sequences (${standard.length})
  --hidden H    units of the networks (${standard.hidden})
  --steps N     of training on the adding problem (${standard.steps})
  --rate R      learning rate of Adam (${standard.rate})
  --seed S      of weights and data (${standard.seed})
  --out FOLDER  where the three pictures go (${standard.out})`;

/** A flag that cannot be understood. */
export class UsageError extends Error {}

/**
 * Read the words after the program's name.
 *
 * Throws: UsageError.
 */
export function readFlags(words: readonly string[]): Flags {
  const texts: Record<keyof typeof standard, string> = { ...standard, ...parse(words) };
  const number = (flag: "length" | "hidden" | "steps" | "rate" | "seed"): number => {
    const n = Number(texts[flag]);
    if (n > 0 && (flag === "rate" ? n < Infinity : Number.isSafeInteger(n))) return n;
    throw new UsageError(
      `--${flag} ${texts[flag]}: it must be a ${flag === "rate" ? "" : "whole "}number above 0.`,
    );
  };
  return {
    cells: texts.cells.split(",").map(subjectNamed),
    length: number("length"),
    hidden: number("hidden"),
    steps: number("steps"),
    rate: number("rate"),
    seed: number("seed"),
    out: texts.out,
  };
}

function parse(words: readonly string[]): Partial<Record<keyof typeof standard, string>> {
  const options = Object.fromEntries(
    Object.keys(standard).map((name) => [name, { type: "string" as const }]),
  );
  try {
    return parseArgs({ args: [...words], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function subjectNamed(name: string): SubjectName {
  if (Object.hasOwn(subjects, name)) return name as SubjectName;
  throw new UsageError(`--cells: there is no ${name}. There are ${Object.keys(subjects).join(", ")}.`);
}
