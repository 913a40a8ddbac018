/**
 * Which cell remembers what, for how long: the synthetic tasks of the literature, and the cells that are to solve them.
 */
import { writeFileSync } from "node:fs";
import { readFlags, usage, UsageError, type Flags } from "./command-line.ts";
import { heading, rowOf, successSvg } from "./report.ts";
import { runTrial, type Trial, type TrialOptions } from "./suite.ts";
import { taskOf } from "./tasks.ts";

/** Every task with every length, cell and seed. */
const trialsOf = ({ tasks, lengths, cells, seeds, rate, ...rest }: Flags): TrialOptions[] =>
  tasks.flatMap((task) =>
    lengths.flatMap((length) =>
      cells.flatMap((cell) =>
        Array.from({ length: seeds }, (_, i) => ({
          ...rest,
          task,
          length,
          cell,
          learningRate: rate,
          seed: i + 1,
        })),
      ),
    ),
  );

/** A line that is written over where somebody watches. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

function runAll(flags: Flags): void {
  for (const name of flags.tasks)
    console.log(`${name}: ${taskOf(name).about}; solved at ${taskOf(name).threshold}`);
  console.log(`\n${heading}`);
  const trials: Trial[] = [];
  for (const options of trialsOf(flags)) {
    const trial = runTrial(options, (seen, { loss, mistaken }) =>
      progress(
        `${options.task} ${options.cell} ${options.length}: ${seen} sequences, loss ${loss.toFixed(5)}, ` +
          `${(100 * mistaken).toFixed(1)} % mistaken`,
      ),
    );
    progress("");
    console.log(rowOf(trial));
    trials.push(trial);
  }
  if (flags.plot === undefined) return;
  for (const task of flags.tasks) {
    const file = flags.tasks.length === 1 ? flags.plot : flags.plot.replace(/(\.svg)?$/, `-${task}.svg`);
    writeFileSync(
      file,
      successSvg(
        task,
        trials.filter((trial) => trial.task === task),
      ),
    );
    console.log(`\nSuccess against length, ${task}: ${file}`);
  }
}

try {
  runAll(readFlags(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
