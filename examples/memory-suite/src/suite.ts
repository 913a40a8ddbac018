/** One network on one task: how many sequences it takes to solve it, if it does. */
import { cellOf, type CellName } from "./cells.ts";
import { learnerOf } from "./learner.ts";
import { taskOf, type Score, type TaskName } from "./tasks.ts";

export interface TrialOptions {
  readonly task: TaskName;
  readonly cell: CellName;
  readonly length: number;
  readonly hidden: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Of weights and data. */
  readonly seed: number;
  /** Sequences after which it has failed. */
  readonly sequences: number;
}

export interface Trial extends TrialOptions {
  /** Sequences seen until the task was solved; undefined when it was not. */
  readonly needed: number | undefined;
  /** On `heldOut` sequences that are new to it. */
  readonly score: Score;
  /** The same at twice the length, where what is learned should hold at any. */
  readonly longer: Score | undefined;
  /** The loss of a model without memory. */
  readonly baseline: number;
  readonly seconds: number;
}

/** Sequences on which it is decided whether a task is solved: as many as Pascanu, Mikolov and Bengio tried. */
export const heldOut = 10_000;

/** A look every so many steps, at so many sequences; only if they look solved, all of those held out are tried. */
const lookEvery = 50;
const lookAt = 1_000;

/** Train until the task is solved or the sequences are used up. */
export function runTrial(options: TrialOptions, onLook: (seen: number, score: Score) => void): Trial {
  const { task: name, cell, length, hidden, batch, learningRate, seed, sequences } = options;
  const task = taskOf(name);
  const problem = task.problem({ length, batch, seed });
  const learner = learnerOf(problem, {
    hidden,
    learningRate,
    seed,
    cell: (inputs) => cellOf(cell, { inputs, hidden, length }),
  });
  const begun = performance.now();
  const fresh = (count: number, from: number, steps = length): ReturnType<typeof learner.score> => {
    // Another seed: these are never trained on.
    const unseen = task.problem({ length: steps, batch, seed: seed + 1_000_003 });
    return learner.score(take(unseen.from(from), Math.ceil(count / batch)));
  };
  let score: Score | undefined;
  let needed: number | undefined;
  const steps = Math.ceil(sequences / batch);
  for (let step = 1; step <= steps && needed === undefined; step++) {
    learner.step(problem.at(step - 1));
    if (step % lookEvery > 0 && step < steps) continue;
    const look = fresh(lookAt, 0);
    onLook(step * batch, look);
    if (!task.isSolved(look)) continue;
    score = fresh(heldOut, Math.ceil(lookAt / batch));
    if (task.isSolved(score)) needed = step * batch;
  }
  score ??= fresh(heldOut, Math.ceil(lookAt / batch));
  const longer = task.anyLength ? fresh(heldOut, 0, 2 * length) : undefined;
  learner.dispose();
  return {
    ...options,
    needed,
    score,
    longer,
    baseline: problem.baseline,
    seconds: (performance.now() - begun) / 1000,
  };
}

function* take<T>(items: Iterable<T>, count: number): Iterable<T> {
  let left = count;
  if (left === 0) return;
  for (const item of items) {
    yield item;
    if (--left === 0) return;
  }
}
