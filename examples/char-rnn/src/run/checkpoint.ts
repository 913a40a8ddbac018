/** A run on the disk: all that training goes on from, in one file that other programs can read too. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { FormatError, UnrollError, type DecodedAll } from "@unroll/core";
import { load, loadAll, save } from "@unroll/core/node";
import { vocabularyFromJSON, type Vocabulary } from "@unroll/data";
import { OptionError, readOptions, textsOf, type Said, type Texts } from "../command-line/option.ts";
import { pace, shape } from "../command-line/options.ts";
import type { Trainer } from "../train/trainer.ts";
import { courseFromJSON, type Course } from "./course.ts";

/** What stands beside the tensors. */
export interface Notes {
  readonly options: Said<typeof shape & typeof pace>;
  readonly vocabulary: Vocabulary;
  /** Of the text. */
  readonly fingerprint: string;
  /** Steps made. Where in the text the next one reads follows from it, and from the options. */
  readonly step: number;
  /** What validations have shown so far. */
  readonly course: Course;
}

/** Which of a run's checkpoints: the last one, or the one that was best when validated. */
export type Which = "last" | "best";

const program = "unroll char-rnn 2";

const names = { last: "checkpoint.safetensors", best: "best.safetensors" } as const;

/** The file of a checkpoint. Whoever names a file rather than a folder means that one. */
export const fileIn = (run: string, which: Which): string =>
  statSync(run, { throwIfNoEntry: false })?.isFile() ? run : join(run, names[which]);

export const hasCheckpoint = (run: string, which: Which = "last"): boolean => existsSync(fileIn(run, which));

/** Whoever is killed meanwhile leaves the checkpoint before it. */
export function saveCheckpoint(folder: string, which: Which, state: Trainer["state"], notes: Notes): void {
  const { options, vocabulary, fingerprint, step, course } = notes;
  save(fileIn(folder, which), state, {
    program,
    options: JSON.stringify(textsOf(options)),
    vocabulary: JSON.stringify(vocabulary),
    fingerprint,
    step: String(step),
    course: JSON.stringify(course),
  });
}

/** Throws: UnrollError when there is no checkpoint; FormatError when it is damaged or another program's. */
export function readNotes(run: string, which: Which = "last"): Notes {
  return notesIn(run, which, readTensors(run, which));
}

/** Every tensor by its path, and what stands beside them. Throws: as `readNotes`. */
export function readTensors(run: string, which: Which): DecodedAll {
  if (hasCheckpoint(run, which)) return loadAll(fileIn(run, which));
  if (which === "last" || !hasCheckpoint(run)) throw new UnrollError(`there is no run in ${run}.`);
  throw new UnrollError(
    `there is no best checkpoint in ${run}.`,
    "One is made by validations: train with --validate-every.",
  );
}

function notesIn(run: string, which: Which, { metadata }: DecodedAll): Notes {
  const { options = "", vocabulary = "", fingerprint = "", step = "", course = "" } = metadata;
  const foreign = (why: string): FormatError =>
    new FormatError(`${fileIn(run, which)} cannot be gone on from: ${why}.`);
  if (metadata["program"] !== program) throw foreign(`it is not of "${program}"`);
  if (!/^\d{1,15}$/.test(step)) throw foreign(`step is ${JSON.stringify(step)}`);
  const read = courseFromJSON(course);
  if (!read) throw foreign("its course is damaged");
  return {
    options: optionsIn(options, foreign),
    vocabulary: vocabularyFromJSON(vocabulary),
    fingerprint,
    step: Number(step),
    course: read,
  };
}

/** The tensors of a checkpoint, which must be those of the state. Throws: FormatError naming all differences. */
export const loadState = (run: string, which: Which, state: Trainer["state"]): Trainer["state"] =>
  load(fileIn(run, which), state).tree;

function optionsIn(json: string, foreign: (why: string) => FormatError): Notes["options"] {
  try {
    const texts: unknown = JSON.parse(json);
    if (areTexts(texts)) return readOptions({ ...shape, ...pace }, texts);
    throw foreign("its options are no texts");
  } catch (error) {
    if (error instanceof OptionError || error instanceof SyntaxError) throw foreign(error.message);
    throw error;
  }
}

const areTexts = (x: unknown): x is Texts =>
  typeof x === "object" && x !== null && Object.values(x).every((text) => typeof text === "string");
