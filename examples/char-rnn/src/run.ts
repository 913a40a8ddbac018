/** A run: a model in training, the text it reads, and the folder where both can be found again. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Tensors } from "@unroll/core";
import type { Vocabulary } from "@unroll/data";
import { hasCheckpoint, loadState, readNotes, saveCheckpoint } from "./checkpoint.ts";
import { logIn } from "./log.ts";
import { charRnn, trainerOf, type Model, type Params, type Trainer } from "./model.ts";
import { OptionError, pace, readOptions, textsOf, type Said, type shape, type Texts } from "./options.ts";
import { openText, type Text } from "./text.ts";

export type RunOptions = Said<typeof shape & typeof pace>;

export interface Run {
  readonly folder: string;
  readonly options: RunOptions;
  readonly text: Text;
  readonly model: Model;
  readonly trainer: Trainer;
  /** Steps made when it began, or when it was taken up again. */
  readonly step: number;
}

/** Where runs are kept when nobody says, by number. */
const runs = "runs";

/** A run from its first step. It has a checkpoint at once, so that it can go on whenever it is killed. */
export function beginRun(options: RunOptions, out: string | undefined, force: boolean): Run {
  const text = openText(options);
  const model = charRnn(options, text.vocabulary.size);
  const trainer = trainerOf(model, options);
  const folder = out === undefined ? newFolder() : claim(out, force);
  const run = { folder, options, text, model, trainer, step: 0 };
  saveRun(run, 0);
  return run;
}

/** Leave a checkpoint after so many steps. */
export function saveRun({ folder, options, text, trainer }: Run, step: number): void {
  const { vocabulary, fingerprint } = text;
  saveCheckpoint(folder, trainer.state, { options, vocabulary, fingerprint, step });
}

/** A run where its last checkpoint left it. `changes` says what is to be different from now on. */
export function resumeRun(named: string | undefined, changes: Texts): Run {
  const folder = named ?? newestRun();
  const notes = readNotes(folder);
  const options = changedPace(notes.options, changes);
  const text = openText(options, notes);
  return { folder, options, text, step: notes.step, ...restore(folder, options, notes.vocabulary) };
}

/** What it takes to write: the text that was read is not needed. */
export function loadModel(named: string | undefined): {
  readonly model: Model;
  readonly params: Tensors<Params>;
  readonly vocabulary: Vocabulary;
} {
  const folder = named ?? newestRun();
  const { options, vocabulary } = readNotes(folder);
  const { model, trainer } = restore(folder, options, vocabulary);
  return { model, vocabulary, params: trainer.state.params };
}

function restore(
  folder: string,
  options: RunOptions,
  vocabulary: Vocabulary,
): { readonly model: Model; readonly trainer: Trainer } {
  const model = charRnn(options, vocabulary.size);
  const trainer = trainerOf(model, options);
  trainer.state = loadState(folder, trainer.state);
  return { model, trainer };
}

/** A new limit, of time or of steps, takes the place of both. */
function changedPace(begun: RunOptions, changes: Texts): RunOptions {
  const limited = changes["seconds"] !== undefined || changes["steps"] !== undefined;
  const kept = textsOf(limited ? { ...begun, seconds: undefined, steps: undefined } : begun);
  return { ...begun, ...readOptions(pace, { ...kept, ...changes }) };
}

/** The run with the highest number. */
function newestRun(): string {
  const [newest] = numbers().filter((n) => hasCheckpoint(join(runs, String(n))));
  if (newest === undefined) throw new OptionError(`there is no run in ${runs}/ yet.`);
  return join(runs, String(newest));
}

function newFolder(): string {
  mkdirSync(runs, { recursive: true });
  for (let n = (numbers()[0] ?? 0) + 1; ; n++) {
    const folder = join(runs, String(n));
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      // Another run may have begun at the same moment.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Numbers of the runs, the highest first. */
function numbers(): number[] {
  try {
    return readdirSync(runs)
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => b - a);
  } catch {
    return [];
  }
}

function claim(folder: string, force: boolean): string {
  if (hasCheckpoint(folder) && !force)
    throw new OptionError(
      `--out: there is a run in ${folder}. Go on with it (resume ${folder}), choose another folder, or lose it (--force).`,
    );
  rmSync(logIn(folder), { force: true });
  return folder;
}
