/** A run on the disk: all that training goes on from, in one file that other programs can read too. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { FormatError, UnrollError } from "@unroll/core";
import { load, loadAll, save } from "@unroll/core/node";
import { vocabularyFromJSON, type Vocabulary } from "@unroll/data";
import type { Trainer } from "./model.ts";
import { OptionError, pace, readOptions, shape, textsOf, type Said, type Texts } from "./options.ts";

/** What stands beside the tensors. */
export interface Notes {
  readonly options: Said<typeof shape & typeof pace>;
  readonly vocabulary: Vocabulary;
  /** Of the text. */
  readonly fingerprint: string;
  /** Steps made. Where in the text the next one reads follows from it, and from the options. */
  readonly step: number;
}

const program = "unroll char-rnn 1";

const fileIn = (folder: string): string => join(folder, "checkpoint.safetensors");

export const hasCheckpoint = (folder: string): boolean => existsSync(fileIn(folder));

/** Whoever is killed meanwhile leaves the checkpoint before it. */
export function saveCheckpoint(folder: string, state: Trainer["state"], notes: Notes): void {
  const { options, vocabulary, fingerprint, step } = notes;
  save(fileIn(folder), state, {
    program,
    options: JSON.stringify(textsOf(options)),
    vocabulary: JSON.stringify(vocabulary),
    fingerprint,
    step: String(step),
  });
}

/** Throws: UnrollError when there is no checkpoint; FormatError when it is damaged or another program's. */
export function readNotes(folder: string): Notes {
  if (!hasCheckpoint(folder)) throw new UnrollError(`there is no run in ${folder}.`);
  const { metadata } = loadAll(fileIn(folder));
  const { options = "", vocabulary = "", fingerprint = "", step = "" } = metadata;
  if (metadata["program"] !== program) throw foreign(folder, `it is not of "${program}"`);
  if (!/^\d{1,15}$/.test(step)) throw foreign(folder, `step is ${JSON.stringify(step)}`);
  return {
    options: optionsIn(folder, options),
    vocabulary: vocabularyFromJSON(vocabulary),
    fingerprint,
    step: Number(step),
  };
}

/** The tensors of a checkpoint, which must be those of the state. Throws: FormatError naming all differences. */
export const loadState = (folder: string, state: Trainer["state"]): Trainer["state"] =>
  load(fileIn(folder), state).tree;

function optionsIn(folder: string, json: string): Notes["options"] {
  try {
    const texts: unknown = JSON.parse(json);
    if (areTexts(texts)) return readOptions({ ...shape, ...pace }, texts);
    throw foreign(folder, "its options are no texts");
  } catch (error) {
    if (error instanceof OptionError || error instanceof SyntaxError) throw foreign(folder, error.message);
    throw error;
  }
}

const areTexts = (x: unknown): x is Texts =>
  typeof x === "object" && x !== null && Object.values(x).every((text) => typeof text === "string");

const foreign = (folder: string, why: string): FormatError =>
  new FormatError(`${fileIn(folder)} cannot be gone on from: ${why}.`);
