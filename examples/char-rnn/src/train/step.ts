/** One step of a run, and what must hold after it. */
import { flatten, tensor, type Tensor } from "@unroll/core";
import type { Run } from "../run/run.ts";
import { Diverged } from "./diverged.ts";
import type { Entry } from "./log.ts";

/** What a step gives: numbers for the log. */
export type Made = Pick<Entry, "loss" | "gradientNorm" | "parameterNorm">;

/** What the step after so many reads. At the beginning of the text the cells are told to remember nothing. */
export function pieceAt({ options, text, model, trainer, plateau }: Run, step: number) {
  const position = step % text.training.batches;
  // What is remembered from the end of the text has nothing to do with its beginning.
  if (position === 0) trainer.state = { ...trainer.state, carry: model.start(options.batch) };
  return { ...text.training.at(position), scale: plateau && tensor(plateau.rate) };
}

/** The step after so many. `saved` is the one that has a checkpoint. Throws: Diverged. */
export function makeStep(run: Run, step: number, saved: number): Made {
  const { loss, gradientNorm, parameterNorm } = run.trainer.step(pieceAt(run, step));
  const made = {
    loss: loss.data[0]!,
    gradientNorm: gradientNorm.data[0]!,
    parameterNorm: parameterNorm.data[0]!,
  };
  const guessing = Math.log(Math.max(2, run.text.vocabulary.size));
  if (made.loss <= 3 * guessing) return made;
  const what = Number.isFinite(made.loss)
    ? `${made.loss.toPrecision(4)}, and guessing has ${guessing.toFixed(3)}`
    : String(made.loss);
  throw new Diverged(`the loss of step ${step + 1} is ${what}`, placeOf(run, step + 1, saved));
}

/** Throws: Diverged naming a parameter with NaN or infinity in it. */
export function checkParameters(run: Run, step: number, saved: number): void {
  const wrong = flatten(run.trainer.state.params).find(
    ({ leaf }) => !(leaf as Tensor).data.every(Number.isFinite),
  );
  if (!wrong) return;
  throw new Diverged(`${wrong.path} holds NaN or Infinity after step ${step}`, placeOf(run, step, saved));
}

const placeOf = ({ folder, options: { learningRate } }: Run, step: number, saved: number) => ({
  step,
  saved,
  folder,
  learningRate,
});
