/** Polyphonic music: which keys of the piano sound at the next step, given all steps before? */
import { FormatError } from "@unroll/core";
import { tableLoss } from "./baselines.ts";
import { readFlags, usage, UsageError, type Flags } from "./command-line.ts";
import { generatedMusic } from "./generated.ts";
import { improvise } from "./improvise.ts";
import { lossOver, musicModel } from "./model.ts";
import { drawSong, readMusic } from "./piano-roll.ts";
import { batchesOf, train } from "./train.ts";

function run({ file, rate, batch, epochs, patience, write, ...options }: Flags): void {
  const music = file === undefined ? generatedMusic(options.seed) : readMusic(file);
  const { train: known, valid, test } = music;
  console.log(
    `Songs:  ${known.length} to learn from, ${valid.length} to validate with, ${test.length} to test`,
  );
  console.log(`        ${file ?? "made up, since no file was named"}`);
  const model = musicModel({ ...options, learningRate: rate });
  console.log(`Model:  ${options.cell} of ${options.hidden}\n`);
  console.log("epoch   train   valid   nats per step");
  const params = train(model, music, { batch, epochs, patience, seed: options.seed }, (epoch) =>
    console.log(
      `${String(epoch.epoch).padStart(5)} ${epoch.train.toFixed(3).padStart(7)} ` +
        `${epoch.valid.toFixed(3).padStart(7)}${epoch.isBest ? "   best so far" : ""}`,
    ),
  );
  const loss = lossOver(model, params, batchesOf(test, batch));
  console.log(`\nTest, nats per step`);
  console.log(`  every key by itself, as often as before    ${tableLoss(known, test, 0).toFixed(2)}`);
  console.log(`  the same, knowing the step before          ${tableLoss(known, test, 1).toFixed(2)}`);
  console.log(`  ${options.cell.padEnd(43)}${loss.toFixed(2)}`);
  if (write === 0) return;
  const opening = test[0]!.slice(0, 8);
  console.log(`\nAfter 8 steps of a test song:\n`);
  console.log(drawSong(improvise(model, params, { opening, steps: write, seed: options.seed })));
}

try {
  run(readFlags(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof FormatError)) throw error;
  console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : error.message);
  process.exitCode = 2;
}
