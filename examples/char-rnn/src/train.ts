/** The loop of training, and what interrupts it. */
import { setImmediate as breathe } from "node:timers/promises";
import { flatten, UnrollError, type Tensor } from "@unroll/core";
import { openLog, type Entry } from "./log.ts";
import { saveRun, type Run } from "./run.ts";

export interface Trained {
  /** Steps made since the run was begun. */
  readonly step: number;
  readonly interrupted: boolean;
}

/**
 * Train until a limit is reached or somebody interrupts, and leave a checkpoint.
 *
 * Throws: UnrollError when the loss or a parameter is no finite number; then the last checkpoint stays as it is.
 */
export async function train(run: Run, show: (entry: Entry) => void): Promise<Trained> {
  const { folder, options, text, model, trainer } = run;
  const { steps = Infinity, seconds = options.steps === undefined ? 60 : Infinity } = options;
  const end = performance.now() + seconds * 1000;
  const { batches } = text.training;
  const log = openLog(folder, run.step);
  const interrupt = listen();
  let { step } = run;
  let saved = step;
  const checkpoint = (): void => {
    const name = notFinite(trainer.state.params);
    if (name !== undefined) throw diverged(`${name} holds NaN or Infinity after step ${step}`, saved, folder);
    log.sync();
    saveRun(run, step);
    saved = step;
  };
  try {
    while (step < steps && performance.now() < end && !interrupt.heard) {
      const position = step % batches;
      // What is remembered from the end of the text has nothing to do with its beginning.
      if (position === 0) trainer.state = { ...trainer.state, carry: model.start(options.batch) };
      const loss = trainer.step(text.training.at(position)).loss.data[0]!;
      step++;
      if (!Number.isFinite(loss)) throw diverged(`the loss of step ${step} is ${loss}`, saved, folder);
      const entry = { step, epoch: step / batches, loss };
      log.write(entry);
      show(entry);
      if (step % options.checkpointEvery === 0) checkpoint();
      await breathe(); // signals are heard between two steps
    }
    if (saved !== step) checkpoint();
  } finally {
    log.close();
    // Whoever has been asked to end has nothing more to do than to say so.
    if (!interrupt.heard) interrupt.stop();
  }
  return { step, interrupted: interrupt.heard };
}

/** The path of a tensor with NaN or infinity in it. */
const notFinite = (params: unknown): string | undefined =>
  flatten(params).find(({ leaf }) => !(leaf as Tensor).data.every(Number.isFinite))?.path;

const diverged = (what: string, saved: number, folder: string): UnrollError =>
  new UnrollError(
    `train: ${what}.`,
    `The checkpoint of step ${saved} is as it was. Go on from it with a smaller --learning-rate: resume ${folder}`,
  );

/**
 * Notes that somebody asks to end, by Ctrl-C or more politely. Asking twice changes nothing: npm passes on what the
 * terminal has sent to everybody already.
 */
function listen(): { readonly heard: boolean; stop(): void } {
  const signals = ["SIGINT", "SIGTERM"] as const;
  let heard = false;
  const note = (): void => void (heard = true);
  for (const signal of signals) process.on(signal, note);
  return {
    get heard() {
      return heard;
    },
    stop: () => signals.forEach((signal) => process.off(signal, note)),
  };
}
