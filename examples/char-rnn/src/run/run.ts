/** A run: a model in training, the text it reads, and the folder where both can be found again. */
import { dirname } from "node:path";
import type { Engine, Tensors } from "@unroll/core";
import type { ReduceOnPlateau } from "@unroll/optim";
import type { Vocabulary } from "@unroll/data";
import { readOptions, textsOf, type Said, type Texts } from "../command-line/option.ts";
import { pace, type shape } from "../command-line/options.ts";
import { checkTraining } from "../command-line/together.ts";
import { charRnn, type Model, type Params } from "../model/model.ts";
import { boundaryOf } from "../text/split.ts";
import { openText, type Text } from "../text/text.ts";
import { plateauOf } from "../train/schedules.ts";
import { trainerOf, type Trainer } from "../train/trainer.ts";
import { fileIn, loadState, readNotes, saveCheckpoint, type Notes, type Which } from "./checkpoint.ts";
import { engineOf } from "./engine.ts";
import { restorePlateau, unseen, type Course } from "./course.ts";
import { claim, newestRun, newFolder } from "./folders.ts";

export type RunOptions = Said<typeof shape & typeof pace>;

export interface Run {
  readonly folder: string;
  readonly options: RunOptions;
  readonly text: Text;
  readonly model: Model;
  readonly engine: Engine;
  readonly trainer: Trainer;
  /** The part of the schedule that the host has, when it has one. */
  readonly plateau: ReduceOnPlateau | undefined;
  /** Steps made when it began, or when it was taken up again. */
  readonly step: number;
  /** What validations had shown then. */
  readonly course: Course;
}

/** A run from its first step. It has a checkpoint at once, so that it can go on whenever it is killed. */
export function beginRun(options: RunOptions, out: string | undefined, force: boolean): Run {
  checkTraining(options);
  const text = openText(options);
  const model = charRnn(options, text.vocabulary.size, text.boundary);
  const engine = engineOf(options);
  const trainer = trainerOf(model, options, extentOf(options, text), { engine });
  const folder = out === undefined ? newFolder() : claim(out, force);
  const plateau = plateauOf(options);
  const run = { folder, options, text, model, engine, trainer, plateau, step: 0, course: unseen };
  saveRun(run, "last", 0, unseen);
  return run;
}

/** Leave a checkpoint after so many steps. */
export function saveRun(run: Run, which: Which, step: number, course: Course): void {
  const { folder, options, text, trainer } = run;
  const { vocabulary, fingerprint } = text;
  saveCheckpoint(folder, which, trainer.state, { options, vocabulary, fingerprint, step, course });
}

/**
 * A run where one of its checkpoints left it. `changes` says what is to be different from now on. Whatever it was that
 * it goes on from is its last checkpoint from then on.
 */
export function resumeRun(named: string | undefined, changes: Texts, which: Which = "last"): Run {
  const place = named ?? newestRun();
  const notes = readNotes(place, which);
  const file = fileIn(place, which);
  const folder = folderOf(place, file);
  const run = openRun(folder, file, notes, changedPace(notes.options, changes));
  if (file !== fileIn(folder, "last")) saveRun(run, "last", notes.step, notes.course);
  return run;
}

/** The same run once more, where its last checkpoint left it, with its own options but for some. */
export const againFrom = ({ folder, options }: Run, changes: Partial<RunOptions> = {}): Run =>
  openRun(folder, fileIn(folder, "last"), readNotes(folder), { ...options, ...changes });

function openRun(folder: string, file: string, { step, course, ...known }: Notes, options: RunOptions): Run {
  const text = openText(options, known);
  const model = charRnn(options, text.vocabulary.size, text.boundary);
  const engine = engineOf(options);
  const trainer = trainerOf(model, options, extentOf(options, text), { engine });
  trainer.state = loadState(file, "last", trainer.state);
  const plateau = plateauOf(options);
  restorePlateau(plateau, course);
  return { folder, options, text, model, engine, trainer, plateau, step, course };
}

/** A model that has been trained. */
export interface Trained {
  readonly folder: string;
  /** The checkpoint that it is from. */
  readonly file: string;
  readonly options: RunOptions;
  readonly model: Model;
  readonly params: Tensors<Params>;
  readonly vocabulary: Vocabulary;
  readonly boundary: number | undefined;
  readonly notes: Notes;
}

/** What it takes to write: the text that was read is not needed. */
export function loadModel(named: string | undefined, which: Which = "last"): Trained {
  const place = named ?? newestRun();
  const notes = readNotes(place, which);
  const { options, vocabulary } = notes;
  const boundary = boundaryOf(options.documents, vocabulary);
  const model = charRnn(options, vocabulary.size, boundary);
  // How it was trained does not matter any more, but every tensor of the checkpoint must be in its place.
  const trainer = trainerOf(
    model,
    { ...options, schedule: "constant", ...noDecay },
    { batches: 1, steps: 1 },
  );
  const file = fileIn(place, which);
  trainer.state = loadState(file, "last", trainer.state);
  return {
    folder: folderOf(place, file),
    file,
    options,
    model,
    params: trainer.state.params,
    vocabulary,
    boundary,
    notes,
  };
}

/** The folder of a run, whether that was named or a checkpoint in it. */
const folderOf = (place: string, file: string): string => (file === place ? dirname(place) : place);

const noDecay = { decay: undefined, decayEvery: undefined, decayAfter: undefined } as const;

/** Steps of an epoch, and those of the whole run when a number of them ends it. */
export function extentOf(
  { steps, epochs }: RunOptions,
  text: Text,
): {
  readonly batches: number;
  readonly steps: number | undefined;
} {
  const { batches } = text.training;
  const limit = Math.min(steps ?? Infinity, Math.ceil((epochs ?? Infinity) * batches));
  return { batches, steps: Number.isFinite(limit) ? limit : undefined };
}

/** A new limit, of time, steps or epochs, takes the place of all. */
function changedPace(begun: RunOptions, changes: Texts): RunOptions {
  const limits = { seconds: undefined, steps: undefined, epochs: undefined };
  const limited = Object.keys(limits).some((name) => changes[name] !== undefined);
  const kept = textsOf(limited ? { ...begun, ...limits } : begun);
  const changed = { ...begun, ...readOptions(pace, { ...kept, ...changes }) };
  checkTraining(changed);
  return changed;
}
