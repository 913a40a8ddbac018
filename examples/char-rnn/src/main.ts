/** A character-level language model: it trains, goes on where it was, writes, and shows what it has learned. */
import { UnrollError } from "@unroll/core";
import { help } from "./command-line/help.ts";
import { OptionError } from "./command-line/option.ts";
import { parseCommandLine } from "./command-line/parse.ts";
import { evaluate, inspectRun, neurons, novelty } from "./commands/look.ts";
import { sample } from "./commands/sample.ts";
import { program, say } from "./commands/say.ts";
import { session } from "./commands/session.ts";
import { beginRun, loadModel, resumeRun } from "./run/run.ts";

async function main(): Promise<void> {
  const command = parseCommandLine(process.argv.slice(2));
  if (command.name === "help") return say(help(program));
  if (command.name === "train")
    return session(beginRun(command.options, command.folder, command.force), command.writing);
  if (command.name === "resume")
    return session(resumeRun(command.folder, command.changes, command.checkpoint), command.writing);
  const trained = loadModel(command.folder, command.checkpoint);
  switch (command.name) {
    case "sample":
      return sample(trained, command.writing);
    case "eval":
      return say(evaluate(trained, command.judging));
    case "novelty":
      return say(novelty(trained, command.comparing, command.writing));
    case "neurons":
      return say(neurons(trained, command.looking));
    case "inspect":
      return say(inspectRun(trained));
  }
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
