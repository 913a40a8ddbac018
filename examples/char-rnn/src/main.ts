/** A character-level language model: it trains, goes on where it was, and writes. */
import { relative } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import { flatten, UnrollError, type ParamSpec, type Tensors } from "@unroll/core";
import type { Vocabulary } from "@unroll/data";
import { help, parseCommandLine } from "./command-line.ts";
import type { Model, Params } from "./model.ts";
import { OptionError } from "./options.ts";
import { progressOn } from "./progress.ts";
import { beginRun, loadModel, resumeRun, type Run } from "./run.ts";
import { known, write, type WritingOptions } from "./sample.ts";
import { titleOf } from "./text.ts";
import { train } from "./train.ts";
import { validate } from "./validate.ts";

/** What the reader types to start this program. */
const program =
  process.env["npm_lifecycle_event"] === "start:run"
    ? "npm start --"
    : ["node", ...process.execArgv, relative("", process.argv[1]!)].join(" ");

async function main(): Promise<void> {
  const command = parseCommandLine(process.argv.slice(2));
  switch (command.name) {
    case "help":
      return say(help(program));
    case "sample": {
      const { model, params, vocabulary } = loadModel(command.folder);
      return writeText(model, params, vocabulary, command.writing);
    }
    case "train":
      return session(beginRun(command.options, command.folder, command.force), command.writing);
    case "resume":
      return session(resumeRun(command.folder, command.changes), command.writing);
  }
}

/** Train, and show what has been learned. */
async function session(run: Run, writing: WritingOptions): Promise<void> {
  introduce(run);
  const progress = progressOn(process.stdout, run.options.batch * run.options.length);
  const { step, interrupted } = await train(run, progress.show).finally(progress.end);
  const { options, text, model, trainer } = run;
  const folder = quoted(run.folder);
  if (interrupted) return say(`Interrupted. Step ${step} is saved. To go on: ${program} resume ${folder}`);

  const loss = validate(run).toFixed(3);
  say(`Text held out: ${loss} nats/char. By frequency alone: ${text.entropy.toFixed(3)}`);
  if (writing.characters > 0) {
    say(`\nA sample, at temperature ${writing.temperature}:\n`);
    await writeText(model, trainer.state.params, text.vocabulary, writing);
  }
  say(`\nTo go on:       ${program} resume ${folder} --seconds 60`);
  const prime = options.data === undefined ? ' --prime "interface "' : "";
  say(`To write more:  ${program} sample ${folder}${prime} --temperature 0.5`);
}

function introduce({ folder, options, text, model, step }: Run): void {
  const { cell, layers, size } = options;
  const sizes = flatten(model.spec).map(({ leaf }) =>
    (leaf as ParamSpec).shape.reduce((product, n) => product * n, 1),
  );
  const parameters = sizes.reduce((sum, n) => sum + n, 0);
  const n = (x: number): string => x.toLocaleString("en");
  say(
    `Text:   ${titleOf(options)}: ${n(text.characters)} characters, ${text.vocabulary.size} different ones`,
  );
  say(`Model:  ${layers} x ${size} ${cell}, ${n(parameters)} parameters`);
  say(`Run:    ${folder}, ${step > 0 ? `from step ${step + 1} on` : "from the beginning"}\n`);
}

/** A word as a shell wants it. */
const quoted = (word: string): string => (/^[\w./:\\-]+$/.test(word) ? word : `"${word}"`);

async function writeText(
  model: Model,
  params: Tensors<Params>,
  vocabulary: Vocabulary,
  options: WritingOptions,
): Promise<void> {
  const { missing } = known(vocabulary, options.prime ?? "");
  if (missing.length > 0) {
    const list = missing.map((character) => JSON.stringify(character)).join(", ");
    console.error(`The text that the model was trained on lacks ${list}: left out of the prime text.`);
  }
  for (const piece of write(model, params, vocabulary, options)) {
    process.stdout.write(piece);
    await breathe(); // whether anybody still reads is heard between two pieces
  }
  process.stdout.write("\n");
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

// `sample | head` closes the pipe when it has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

try {
  await main();
} catch (error) {
  if (!isExpected(error)) throw error;
  console.error(`char-rnn: ${error.message}`);
  if (error instanceof OptionError) console.error(`See ${program} --help`);
  process.exitCode = error instanceof OptionError ? 2 : 1;
}

/** What somebody can do something about: anything else is a bug, and keeps its stack trace. */
function isExpected(error: unknown): error is Error {
  const ours = error instanceof OptionError || error instanceof UnrollError;
  return ours || (error instanceof Error && "syscall" in error);
}
