/** What a command line asks for. */
import { parseArgs, type ParseArgsConfig } from "node:util";
import {
  flagOf,
  OptionError,
  pace,
  readOptions,
  shape,
  writing,
  type Options,
  type Said,
  type Texts,
} from "./options.ts";

interface Asked {
  readonly writing: Said<typeof writing>;
  /** Of the run. Undefined: a new one when training, the newest otherwise. */
  readonly folder: string | undefined;
}

export type Command =
  | { readonly name: "help" }
  | ({
      readonly name: "train";
      readonly options: Said<typeof shape & typeof pace>;
      /** Whether a run that is there already may be lost. */
      readonly force: boolean;
    } & Asked)
  /** `changes` is what is to be different; for the rest the checkpoint is asked. */
  | ({ readonly name: "resume"; readonly changes: Texts } & Asked)
  | ({ readonly name: "sample" } & Asked);

const ofTraining = { ...shape, ...pace };
const all: Options = { ...ofTraining, ...writing };

/** The options that a command takes. */
const taken: Readonly<Record<Exclude<Command["name"], "help">, Options>> = {
  train: all,
  resume: { ...pace, ...writing },
  sample: writing,
};

/**
 * Read the words after the program's name.
 *
 * Throws: OptionError.
 */
export function parseCommandLine(words: readonly string[]): Command {
  const { texts, out, force, help, positionals } = split(words);
  const [name = "train", folder, ...rest] = positionals;
  if (help || name === "help") return { name: "help" };
  if (!isCommand(name))
    throw new OptionError(`${name} is no command. The commands are train, resume and sample.`);
  const extra = name === "train" ? folder : rest[0];
  if (extra !== undefined) throw new OptionError(`${name}: ${extra} is a word too many.`);
  const strays = Object.keys(texts).filter((option) => !(option in taken[name]));
  if (strays.length > 0) throw notTaken(name, flagOf(strays[0]!));
  if (name !== "train" && out !== undefined) throw notTaken(name, "--out");
  if (name !== "train" && force) throw notTaken(name, "--force");

  const asked = { name, folder, writing: readOptions(writing, texts) };
  if (name === "sample") return { ...asked, name };
  const options = readOptions(ofTraining, texts);
  if (name === "train") return { ...asked, name, options, folder: out, force };
  const changes = Object.fromEntries(Object.entries(texts).filter(([option]) => option in pace));
  return { ...asked, name, changes };
}

const isCommand = (name: string): name is keyof typeof taken => Object.hasOwn(taken, name);

/** Options by their names, the flags that are none, and all other words. */
function split(words: readonly string[]): {
  readonly texts: Texts;
  readonly out: string | undefined;
  readonly force: boolean;
  readonly help: boolean;
  readonly positionals: readonly string[];
} {
  const names = Object.keys(all);
  const { values, positionals } = parse(words, names);
  const given = names.flatMap((name) => {
    const text = values[flagOf(name).slice(2)];
    return text === undefined ? [] : [[name, text] as const];
  });
  return {
    texts: Object.fromEntries(given) as Texts,
    out: values["out"] as string | undefined,
    force: values["force"] === true,
    help: values["help"] === true,
    positionals,
  };
}

function parse(
  words: readonly string[],
  names: readonly string[],
): { readonly values: Readonly<Record<string, unknown>>; readonly positionals: readonly string[] } {
  const options: ParseArgsConfig["options"] = {
    ...Object.fromEntries([...names, "out"].map((name) => [flagOf(name).slice(2), { type: "string" }])),
    force: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  };
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options });
  } catch (error) {
    // Node adds advice about words that begin with a dash, which none of ours do.
    throw new OptionError(`${(error as Error).message.split(". ")[0]!}.`);
  }
}

const notTaken = (command: string, flag: string): OptionError =>
  new OptionError(
    `${flag}: ${command} does not take it.` +
      (command === "resume" ? " A run keeps the model that it was begun with." : ""),
  );

/** The text of `--help`; `program` is what the reader types to start it. */
export function help(program: string): string {
  const lines = (group: Options): string =>
    Object.entries(group)
      .map(([name, { standard, help: meaning }]) => {
        const preset = standard === undefined ? "" : ` (${String(standard)})`;
        return `  ${flagOf(name).padEnd(20)} ${meaning}${preset}`;
      })
      .join("\n");
  return `A character-level language model: it learns to guess the next character of a text, and then writes.

usage: ${program} [COMMAND] [options]

  train              begin a run; the command when none is given
  resume [FOLDER]    go on from a run's checkpoint
  sample [FOLDER]    write text with it

FOLDER is that of a run. Without it the newest in runs/ is taken.

train:
${lines(shape)}
  --out                where the run is kept (a new folder in runs/)
  --force              begin anew where there is a run already

train and resume:
${lines(pace)}

train, resume and sample:
${lines(writing)}
  --help, -h           this
`;
}
