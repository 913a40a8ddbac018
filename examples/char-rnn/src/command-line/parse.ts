/** What a command line asks for. */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { flagOf, OptionError, readOptions, type Options, type Said, type Texts } from "./option.ts";
import { choosing, comparing, judging, looking, pace, sampling, shape, writing } from "./options.ts";

interface OfRun {
  /** Of the run, or a checkpoint. Undefined: the newest run. */
  readonly folder: string | undefined;
  readonly checkpoint: Said<typeof choosing>["checkpoint"];
}

export type Command =
  | { readonly name: "help" }
  | {
      readonly name: "train";
      readonly options: Said<typeof shape & typeof pace>;
      readonly writing: Said<typeof writing>;
      /** Undefined: a new one. */
      readonly folder: string | undefined;
      /** Whether a run that is there already may be lost. */
      readonly force: boolean;
    }
  /** `changes` is what is to be different; for the rest the checkpoint is asked. */
  | ({ readonly name: "resume"; readonly changes: Texts; readonly writing: Said<typeof writing> } & OfRun)
  | ({ readonly name: "sample"; readonly writing: Said<typeof writing & typeof sampling> } & OfRun)
  | ({ readonly name: "eval"; readonly judging: Said<typeof judging> } & OfRun)
  | ({
      readonly name: "novelty";
      readonly comparing: Said<typeof comparing>;
      readonly writing: Said<typeof writing>;
    } & OfRun)
  | ({ readonly name: "neurons"; readonly looking: Said<typeof looking> } & OfRun)
  | ({ readonly name: "inspect" } & OfRun);

type CommandName = Exclude<Command["name"], "help">;

/** The options that a command takes, and what it does. */
export const commands = {
  train: {
    takes: { ...shape, ...pace, ...writing },
    about: "begin a run; the command when none is given",
  },
  resume: { takes: { ...pace, ...writing, ...choosing }, about: "go on from a run's checkpoint" },
  sample: { takes: { ...writing, ...sampling, ...choosing }, about: "write text with it" },
  eval: { takes: { ...judging, ...choosing }, about: "how well it foretells a text" },
  novelty: {
    takes: { ...comparing, ...writing, ...choosing },
    about: "how much of its text it has not read",
  },
  neurons: { takes: { ...looking, ...choosing }, about: "a page of what its cells do" },
  inspect: { takes: choosing, about: "its options, losses and parameters" },
} satisfies Readonly<Record<CommandName, { readonly takes: Options; readonly about: string }>>;

const all: Options = Object.assign({}, ...Object.values(commands).map(({ takes }) => takes)) as Options;

/**
 * Read the words after the program's name.
 *
 * Throws: OptionError.
 */
export function parseCommandLine(words: readonly string[]): Command {
  const { texts, out, force, help, positionals } = split(words);
  const [name = "train", folder, ...rest] = positionals;
  if (help || name === "help") return { name: "help" };
  if (!isCommand(name)) {
    const names = Object.keys(commands);
    throw new OptionError(
      `${name} is no command. The commands are ${names.slice(0, -1).join(", ")} and ${names.at(-1)}.`,
    );
  }
  const extra = name === "train" ? folder : rest[0];
  if (extra !== undefined) throw new OptionError(`${name}: ${extra} is a word too many.`);
  const strays = Object.keys(texts).filter((option) => !(option in commands[name].takes));
  if (strays.length > 0) throw notTaken(name, flagOf(strays[0]!));
  if (name !== "train" && out !== undefined) throw notTaken(name, "--out");
  if (name !== "train" && force) throw notTaken(name, "--force");
  if (name === "train") {
    const options = readOptions({ ...shape, ...pace }, texts);
    return { name, options, writing: readOptions(writing, texts), folder: out, force };
  }
  return ofRun(name, texts, { folder, ...readOptions(choosing, texts) });
}

function ofRun(name: Exclude<CommandName, "train">, texts: Texts, run: OfRun): Command {
  switch (name) {
    case "resume": {
      readOptions(pace, texts);
      const changes = Object.fromEntries(Object.entries(texts).filter(([option]) => option in pace));
      return { name, changes, writing: readOptions(writing, texts), ...run };
    }
    case "sample":
      return { name, writing: readOptions({ ...writing, ...sampling }, texts), ...run };
    case "eval":
      return { name, judging: readOptions(judging, texts), ...run };
    case "novelty":
      return {
        name,
        comparing: readOptions(comparing, texts),
        writing: readOptions(writing, texts),
        ...run,
      };
    case "neurons":
      return { name, looking: readOptions(looking, texts), ...run };
    case "inspect":
      return { name, ...run };
  }
}

const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name);

/** Options by their names, the flags that are none, and all other words. */
function split(words: readonly string[]): {
  readonly texts: Texts;
  readonly out: string | undefined;
  readonly force: boolean;
  readonly help: boolean;
  readonly positionals: readonly string[];
} {
  const { values, positionals } = parse(words);
  const given = Object.keys(all).flatMap((name) => {
    const value = values[flagOf(name).slice(2)];
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  return {
    texts: Object.fromEntries(given) as Texts,
    out: values["out"] as string | undefined,
    force: values["force"] === true,
    help: values["help"] === true,
    positionals,
  };
}

function parse(words: readonly string[]): {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
} {
  const ours = Object.entries(all).map(([name, { isSwitch }]) => [
    flagOf(name).slice(2),
    { type: isSwitch ? "boolean" : "string" },
  ]);
  const options: ParseArgsConfig["options"] = {
    ...(Object.fromEntries(ours) as ParseArgsConfig["options"]),
    out: { type: "string" },
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
