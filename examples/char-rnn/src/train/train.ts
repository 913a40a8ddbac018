/** The loop of training, and what ends it. */
import { setImmediate as breathe } from "node:timers/promises";
import { judge, scorerOf } from "../evaluate/evaluate.ts";
import { observed, type Course } from "../run/course.ts";
import { extentOf, saveRun, type Run } from "../run/run.ts";
import { listen } from "./interrupt.ts";
import { openLog, type Entry, type Log } from "./log.ts";
import { checkParameters, makeStep, type Made } from "./step.ts";

export interface Outcome {
  /** Steps made since the run was begun. */
  readonly step: number;
  readonly course: Course;
  readonly ended: "limit" | "interrupted" | "patience";
}

/** Who watches a run. */
export interface Watcher {
  show(entry: Entry): void;
  /** Called after the steps at which a sample is wanted. */
  sample?(step: number): void;
}

/**
 * Train until a limit is reached, validations do not get better, or somebody interrupts, and leave a checkpoint.
 *
 * Throws: Diverged when the loss or a parameter is no finite number, or the loss is far beyond that of guessing; then
 * the last checkpoint stays as it is.
 */
export async function train(run: Run, watcher: Watcher): Promise<Outcome> {
  const { options, text } = run;
  const limit = extentOf(options, text).steps ?? Infinity;
  const { seconds = Number.isFinite(limit) ? Infinity : 60, patience = Infinity } = options;
  const end = performance.now() + seconds * 1000;
  const log = openLog(run.folder, run.step);
  const interrupt = listen();
  const at = standing(run, log);
  const isTime = (every: number | undefined): boolean => every !== undefined && at.step() % every === 0;
  try {
    while (
      at.step() < limit &&
      at.course().failed < patience &&
      performance.now() < end &&
      !interrupt.heard
    ) {
      const made = at.advance();
      const validation = isTime(options.validateEvery) ? { validation: at.validate() } : {};
      const entry = { step: at.step(), epoch: at.step() / text.training.batches, ...made, ...validation };
      log.write(entry);
      watcher.show(entry);
      if (isTime(options.checkpointEvery)) at.checkpoint();
      if (isTime(options.sampleEvery) || options.sampleAt?.includes(at.step())) watcher.sample?.(at.step());
      await breathe(); // signals are heard between two steps
    }
    at.checkpoint();
  } finally {
    log.close();
    at.dispose();
    // Whoever has been asked to end has nothing more to do than to say so.
    if (!interrupt.heard) interrupt.stop();
  }
  const [step, course] = [at.step(), at.course()];
  return {
    step,
    course,
    ended: interrupt.heard ? "interrupted" : course.failed >= patience ? "patience" : "limit",
  };
}

/** Where a run stands, and what of it is on the disk. */
function standing(run: Run, log: Log) {
  const { text, options, model, engine, trainer } = run;
  const score = scorerOf(model, { engine });
  let { step, course } = run;
  let saved = step;
  return {
    step: () => step,
    course: () => course,
    advance(): Made {
      const made = makeStep(run, step, saved);
      step++;
      return made;
    },
    /** The loss on what is held out. The best state so far is kept. */
    validate(): number {
      const { loss } = judge(model, score, trainer.state.params, text.heldOut, options.validateOn);
      course = observed(course, step, loss, run.plateau);
      if (course.best?.step === step) {
        checkParameters(run, step, saved);
        saveRun(run, "best", step, course);
      }
      return loss;
    },
    /** Nothing, when there is one of this step. */
    checkpoint(): void {
      if (saved === step) return;
      checkParameters(run, step, saved);
      log.sync();
      saveRun(run, "last", step, course);
      saved = step;
    },
    dispose: () => score.dispose(),
  };
}
