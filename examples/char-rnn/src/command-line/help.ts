/** The text of `--help`. */
import { flagOf, type Options } from "./option.ts";
import { choosing, comparing, judging, looking, pace, sampling, shape, writing } from "./options.ts";
import { commands } from "./parse.ts";

/** Columns of a line at most. */
const width = 110;

/** Where what an option means begins. */
const column = 24;

/** `program` is what the reader types to start it. */
export function help(program: string): string {
  const usage = Object.entries(commands).map(
    ([name, { about }]) => `  ${`${name}${name === "train" ? "" : " [RUN]"}`.padEnd(16)}${about}`,
  );
  return `A character-level language model: it learns to guess the next character of a text, and then writes.

usage: ${program} [COMMAND] [options]

${usage.join("\n")}

RUN is the folder of a run, or one of its checkpoints. Without it the newest run in runs/ is taken.

The model (train):
${lines(shape)}
  --out                 where the run is kept (a new folder in runs/)
  --force               begin anew where there is a run already

Training (train, resume):
${lines(pace)}

Writing (train, resume, sample, novelty):
${lines(writing)}

sample:
${lines(sampling)}

eval:
${lines(judging)}

novelty:
${lines(comparing)}

neurons:
${lines(looking)}

All but train:
${lines(choosing)}
  --help, -h            this
`;
}

function lines(group: Options): string {
  return Object.entries(group)
    .map(([name, { standard, help: meaning, isSwitch }]) => {
      const preset = standard === undefined || isSwitch ? "" : ` (${String(standard)})`;
      return `  ${flagOf(name).padEnd(column - 2)}${wrapped(`${meaning}${preset}`)}`;
    })
    .join("\n");
}

/** Longer lines go on below their beginning. */
function wrapped(text: string): string {
  const rows: string[] = [];
  for (const word of text.split(" ")) {
    const last = rows.at(-1);
    if (last !== undefined && last.length + word.length + 1 <= width - column)
      rows[rows.length - 1] = `${last} ${word}`;
    else rows.push(word);
  }
  return rows.join(`\n${" ".repeat(column)}`);
}
