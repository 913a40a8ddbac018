import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { copy, tensor } from "@unroll/core";
import { describe, expect, test } from "vitest";
import { smallRun, temporaryFolder, written } from "../../test/small.ts";
import { tensorsIn } from "../../test/tensors-in.ts";
import type { Texts } from "../command-line/option.ts";
import { fileIn, readNotes } from "../run/checkpoint.ts";
import { beginRun, loadModel, resumeRun } from "../run/run.ts";
import { drawCurve, pointsOf } from "./curve.ts";
import { Diverged, firstNonFinite } from "./diverged.ts";
import { readLog } from "./log.ts";
import { lineOf } from "./progress.ts";
import { train } from "./train.ts";

const folder = temporaryFolder();
const data = written(folder, "text.txt", "the quick brown fox jumps over the lazy dog\n".repeat(12));
const silent = { show: () => {} };
let runs = 0;
const begin = (texts: Texts) => beginRun(smallRun({ data, ...texts }), join(folder, String(runs++)), false);

test("an epoch is a pass over the text, and so many of them end a run", async () => {
  const run = begin({ steps: undefined, epochs: "1.5" });
  const { step } = await train(run, silent);
  expect(step).toBe(Math.ceil(1.5 * run.text.training.batches));
  expect(readLog(run.folder).at(-1)!.epoch).toBe(step / run.text.training.batches);
});

test("training stops when validations do not get better, and keeps the best", async () => {
  // A rate of almost nothing, and then only rounding: no validation is better than another by chance for long.
  const run = begin({
    optimizer: "sgd",
    learningRate: "1e-30",
    validateEvery: "2",
    patience: "3",
    steps: "100",
  });
  const { step, course, ended } = await train(run, silent);
  expect(ended).toBe("patience");
  expect(course).toMatchObject({ best: { step: 2 }, failed: 3 });
  expect(step).toBe(8);
  expect(readNotes(run.folder, "best").step).toBe(2);
  expect(loadModel(run.folder, "best").notes.course.best).toEqual(course.best);
});

test("an epoch begins without a memory of the one before", async () => {
  // Nothing is learned, so a batch has the same loss whenever the same is remembered.
  const run = begin({ optimizer: "sgd", learningRate: "1e-30", steps: undefined, epochs: "2" });
  await train(run, silent);
  const losses = readLog(run.folder).map(({ loss }) => loss);
  const { batches } = run.text.training;
  expect(losses.slice(batches)).toEqual(losses.slice(0, batches));
  const { trainer, text, model } = beginRun(run.options, join(folder, String(runs++)), false);
  trainer.step({ ...text.training.at(0), scale: undefined });
  const carried = trainer.step({ ...text.training.at(1), scale: undefined }).loss.data[0];
  trainer.state = { ...trainer.state, carry: model.start(run.options.batch) };
  expect(carried).toBe(losses[1]);
  expect(trainer.step({ ...text.training.at(1), scale: undefined }).loss.data[0]).not.toBe(carried);
});

test("variational masks are drawn anew at every step, and from the seed", () => {
  const masksAfter = (steps: number, seed: string): string => {
    const { trainer, text } = begin({ dropout: "0.5", dropoutKind: "variational", seed });
    for (let i = 0; i < steps; i++) trainer.step({ ...text.training.at(i), scale: undefined });
    return [...tensorsIn(trainer.state.carry)("[0].masks.state.h").data].join();
  };
  expect(masksAfter(0, "1")).toMatch(/^(1,)+1$/);
  expect(masksAfter(1, "1")).toMatch(/^([02],)+[02]$/);
  expect(masksAfter(1, "1")).toBe(masksAfter(1, "1"));
  expect(masksAfter(2, "1")).not.toBe(masksAfter(1, "1"));
  expect(masksAfter(1, "2")).not.toBe(masksAfter(1, "1"));
});

test("a plateau lowers the updates, and what it has lowered them to is kept", async () => {
  const texts = {
    optimizer: "sgd",
    learningRate: "1e-30",
    schedule: "plateau",
    decayAfter: "1",
    decay: "0.25",
  };
  const run = begin({ ...texts, validateEvery: "2", steps: "8" });
  await train(run, silent);
  expect(run.plateau!.rate).toBe(0.25);
  expect(resumeRun(run.folder, {}).plateau!.rate).toBe(0.25);
  const still = begin({ optimizer: "sgd", learningRate: "1" });
  const before = copy(still.trainer.state.params);
  still.trainer.step({ ...still.text.training.at(0), scale: tensor(0) });
  expect(still.trainer.state.params.decode.b.data).toEqual(before.decode.b.data);
});

test("samples are wanted after the steps that are said", async () => {
  const steps: number[] = [];
  const run = begin({ sampleEvery: "4", sampleAt: "1,8,9" });
  await train(run, { ...silent, sample: (step) => steps.push(step) });
  expect(steps).toEqual([1, 4, 8, 9]);
});

describe("a run that comes to nothing", () => {
  test("ends before its checkpoint is touched, and names the first node that went wrong", async () => {
    const run = begin({
      steps: "50",
      checkpointEvery: "5",
      optimizer: "sgd",
      clip: "0",
      learningRate: "1e38",
    });
    const before = readFileSync(fileIn(run.folder, "last"));
    const error = await train(run, silent).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Diverged);
    expect(String(error)).toMatch(
      /The checkpoint of step 0 is as it was\. Go on from it with a smaller rate: resume .* --learning-rate 5e\+37/,
    );
    expect(readFileSync(fileIn(run.folder, "last")).equals(before)).toBe(true);
    expect(readLog(run.folder).length).toBeLessThan(5);
  });

  test("is made again from its checkpoint, up to the node that gave no finite number", async () => {
    const run = begin({ steps: "50", optimizer: "sgd", clip: "0", learningRate: "3e38" });
    const error = await train(run, silent).catch((thrown: unknown) => thrown as Diverged);
    expect(error).toBeInstanceOf(Diverged);
    const { place } = error as Diverged;
    expect([place.saved, place.step]).toEqual([0, 2]);
    expect(firstNonFinite(run, error as Diverged)).toMatch(
      /^matmul: .*params.*: the result at \[\d+, \d+\] is (-?Infinity|NaN), of finite operands, at step \d of scan\.$/,
    );
  });

  test("a loss far beyond guessing is one", async () => {
    const run = begin({ optimizer: "sgd", clip: "0", learningRate: "1000", steps: "200" });
    await expect(train(run, silent)).rejects.toThrow(
      /the loss of step \d+ is \d.*, and guessing has 3\.\d{3}/,
    );
  });
});

test("a line of progress says where it stands, how well, how fast, and how long", () => {
  const entry = { step: 50, epoch: 0.25, loss: 2, gradientNorm: 0.123456, parameterNorm: 20 };
  const seen = { loss: Math.LN2, validation: 1.5, steps: 50, seconds: 10 };
  const options = { symbolsPerStep: 100, unit: "char", steps: 200, seconds: Infinity };
  expect(lineOf(entry, seen, options)).toBe(
    "step 50   epoch 0.250   loss 0.693 nats/char, 1.000 bits   held out 1.500   norms 0.123 / 20.0   500 char/s   10 s   30 s left",
  );
  expect(
    lineOf(entry, { ...seen, validation: undefined }, { ...options, steps: Infinity, seconds: 60 }),
  ).toMatch(/bits {3}norms .* {3}50 s left$/);
});

test("a line of progress fits its terminal", () => {
  const entry = { step: 50, epoch: 0.25, loss: 2, gradientNorm: 0.123456, parameterNorm: 20 };
  const seen = { loss: 2, validation: undefined, steps: 50, seconds: 10 };
  const line = (width: number): string =>
    lineOf(entry, seen, { symbolsPerStep: 100, unit: "char", steps: 200, seconds: Infinity }, width);
  expect(line(120)).toMatch(/ norms .* 30 s left$/);
  expect(line(95)).toMatch(/bits {3}500 char\/s {3}10 s {3}30 s left$/);
  expect(line(40)).toHaveLength(39);
});

test("the curve has the mean since the validation before, and the file is a picture", async () => {
  const entry = (step: number, loss: number, validation?: number) => ({
    step,
    epoch: step,
    loss,
    gradientNorm: 1,
    parameterNorm: 1,
    ...(validation !== undefined && { validation }),
  });
  expect(pointsOf([entry(1, 4), entry(2, 2, 5), entry(3, 1, 4), entry(4, 9)])).toEqual([
    { step: 2, training: 3, "held out": 5 },
    { step: 3, training: 1, "held out": 4 },
  ]);
  const many = Array.from({ length: 401 }, (_, i) => entry(i + 1, i));
  expect(pointsOf(many)).toHaveLength(134);
  expect(pointsOf(many)[0]).toEqual({ step: 3, training: 1 });
  const svg = drawCurve(folder, many, "char");
  expect(existsSync(svg)).toBe(true);
  expect(readFileSync(svg, "utf8")).toMatch(/^<svg .*nats per char/s);
});
