/** `train` and `resume`: train, and show what has been learned. */
import { flatten, type ParamSpec } from "@unroll/core";
import { judge, scorerOf } from "../evaluate/evaluate.ts";
import { againFrom, extentOf, type Run } from "../run/run.ts";
import { write, type WritingOptions } from "../sample/write.ts";
import { titleOf } from "../text/text.ts";
import { unitOf } from "../text/tokens.ts";
import { Diverged, firstNonFinite, smaller } from "../train/diverged.ts";
import { readLog } from "../train/log.ts";
import { progressOn } from "../train/progress.ts";
import { train, type Outcome } from "../train/train.ts";
import { n, pour, program, quoted, say } from "./say.ts";
import { warnOfMissing, writerOf } from "./sample.ts";

/** Train, and start over from the last checkpoint as often as the options allow. */
export async function session(begun: Run, writing: WritingOptions): Promise<void> {
  introduce(begun);
  let run = begun;
  for (let { retries } = begun.options; ; retries--) {
    try {
      return await conclude(run, await watched(run, writing), writing);
    } catch (error) {
      if (!(error instanceof Diverged)) throw error;
      const cause = firstNonFinite(run, error);
      if (retries === 0) throw cause === undefined ? error : error.because(cause);
      const learningRate = smaller(run.options.learningRate);
      console.error(
        `${error.message.split("\n")[0]!}${cause === undefined ? "" : `\nFirst of all: ${cause}`}`,
      );
      console.error(`Back to step ${error.place.saved}, with --learning-rate ${learningRate}.`);
      run = againFrom(run, { learningRate });
    }
  }
}

function introduce({ folder, options, text, model, step }: Run): void {
  const { cell, layers, size, tokens } = options;
  const sizes = flatten(model.spec).map(({ leaf }) =>
    (leaf as ParamSpec).shape.reduce((product, size) => product * size, 1),
  );
  const parameters = sizes.reduce((sum, size) => sum + size, 0);
  say(
    `Text:   ${titleOf(options)}: ${n(text.symbols)} ${unitOf[tokens].many}, ${n(text.vocabulary.size)} different ones`,
  );
  say(`Model:  ${layers} x ${size} ${cell}, ${n(parameters)} parameters`);
  say(`Run:    ${folder}, ${step > 0 ? `from step ${step + 1} on` : "from the beginning"}\n`);
}

/** Train with a line of progress, and with samples when they are wanted. */
async function watched(run: Run, writing: WritingOptions): Promise<Outcome> {
  const { options, text } = run;
  const limit = extentOf(options, text).steps;
  const progress = progressOn(process.stdout, {
    symbolsPerStep: options.batch * options.length,
    unit: unitOf[options.tokens].one,
    steps: limit ?? Infinity,
    seconds: options.seconds ?? (limit === undefined ? 60 : Infinity),
  });
  const sample = (step: number): void => {
    progress.end();
    const pieces = [...write(writerOf(run), writing)];
    say(`\nAfter step ${step}, at temperature ${writing.temperature}:\n\n${pieces.join("")}\n`);
  };
  return train(run, { show: progress.show, sample }).finally(progress.end);
}

async function conclude(run: Run, { step, course, ended }: Outcome, writing: WritingOptions): Promise<void> {
  const { options, text, model, engine, trainer } = run;
  const folder = quoted(run.folder);
  const unit = unitOf[options.tokens].one;
  if (ended === "interrupted")
    say(`Interrupted. Step ${step} is saved. To go on: ${program} resume ${folder}`);
  // What draws takes longer to load than all the rest.
  const { drawCurve } = await import("../train/curve.ts");
  drawCurve(run.folder, readLog(run.folder), unit);
  if (ended === "interrupted") return;
  if (ended === "patience")
    say(
      `No validation of ${course.failed} was better than that of step ${course.best?.step}: best.safetensors has it.`,
    );

  const score = scorerOf(model, { engine });
  const { loss } = judge(model, score, trainer.state.params, text.heldOut, options.validateOn);
  score.dispose();
  say(`Text held out: ${loss.toFixed(3)} nats/${unit}. By frequency alone: ${text.entropy.toFixed(3)}`);
  if (writing.characters > 0) {
    say(`\nA sample, at temperature ${writing.temperature}:\n`);
    warnOfMissing(text.vocabulary, writing.prime);
    await pour(write(writerOf(run), writing));
    say("");
  }
  say(`\nTo go on:       ${program} resume ${folder} --seconds 60`);
  const prime = options.data === undefined ? ' --prime "interface "' : "";
  say(`To write more:  ${program} sample ${folder}${prime} --temperature 0.5`);
}
