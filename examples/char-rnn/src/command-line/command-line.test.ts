import { describe, expect, test } from "vitest";
import { help } from "./help.ts";
import { flagOf, OptionError, readOptions, textsOf, type Option, type Texts } from "./option.ts";
import { pace, sampling, shape, writing } from "./options.ts";
import { commands, parseCommandLine } from "./parse.ts";
import { checkSampling, checkTraining } from "./together.ts";

const all = { ...shape, ...pace, ...writing };
const parse = (line: string) => parseCommandLine(line.split(" ").filter(Boolean));

test("without words a run is begun with the defaults", () => {
  const standard = (group: typeof all) =>
    Object.fromEntries(Object.entries(group).map(([name, { standard: s }]) => [name, s]));
  const command = parse("");
  expect(command).toMatchObject({ name: "train", folder: undefined, force: false });
  expect(command).toMatchObject({ options: expect.not.objectContaining({ prime: undefined }) as unknown });
  expect({
    ...(command as { options: object }).options,
    ...(command as { writing: object }).writing,
  }).toEqual(standard(all));
});

/** A text that each option takes, and what it means: not what it is when nobody says. */
const samples: Readonly<Record<string, readonly [string, unknown]>> = {
  cell: ["gru", "gru"],
  layers: ["2", 2],
  size: ["3", 3],
  embedding: ["0", 0],
  dropout: ["0.5", 0.5],
  dropoutKind: ["variational", "variational"],
  zoneout: ["0.1", 0.1],
  init: ["glorot", "glorot"],
  initRange: ["0.08", 0.08],
  optimizer: ["rmsprop", "rmsprop"],
  momentum: ["0.9", 0.9],
  tokens: ["words", "words"],
  wordLimit: ["50", 50],
  documents: ["line", "line"],
  batch: ["5", 5],
  length: ["6", 6],
  heldOut: ["0.5", 0.5],
  test: ["0.1", 0.1],
  seed: ["7", 7],
  data: ["a.txt", "a.txt"],
  engine: ["native", "native"],
  threads: ["3", 3],
  seconds: ["8", 8],
  steps: ["9", 9],
  epochs: ["1.5", 1.5],
  learningRate: ["1e-3", 1e-3],
  schedule: ["cosine", "cosine"],
  decay: ["0.9", 0.9],
  decayEvery: ["0.5", 0.5],
  decayAfter: ["10", 10],
  warmUp: ["100", 100],
  rmspropDecay: ["0.9", 0.9],
  weightDecay: ["0.01", 0.01],
  clip: ["0", 0],
  clipBy: ["norm", "norm"],
  checkpointEvery: ["10", 10],
  validateEvery: ["20", 20],
  validateOn: ["30", 30],
  patience: ["3", 3],
  sampleEvery: ["40", 40],
  sampleAt: ["1,20", [1, 20]],
  retries: ["2", 2],
  prime: ["ab", "ab"],
  characters: ["11", 11],
  temperature: ["0", 0],
  topK: ["5", 5],
  topP: ["0.9", 0.9],
  sampleSeed: ["12", 12],
  stop: ["x", "x"],
  streams: ["2", 2],
  beam: ["4", 4],
  lengthPenalty: ["0.6", 0.6],
  checkpoint: ["best", "best"],
  split: ["test", "test"],
  text: ["b.txt", "b.txt"],
  rows: ["1", 1],
  dynamic: ["0.1", 0.1],
  longest: ["9", 9],
  symbols: ["60", 60],
  rankOn: ["70", 70],
  neuron: ["1.c.0", "1.c.0"],
  page: ["n.html", "n.html"],
};

describe.each(Object.entries(commands))("%s", (name, { takes }) => {
  test("every option is read under its flag, and explained", () => {
    const page = help("char-rnn");
    for (const [option, { isSwitch, standard }] of Object.entries<Option<unknown>>(takes)) {
      const [text, value] = isSwitch ? [undefined, true] : samples[option]!;
      const flag = flagOf(option);
      const command = parseCommandLine([name, flag, ...(text === undefined ? [] : [text])]);
      const found = Object.values(command).flatMap((part: unknown) =>
        typeof part === "object" && part !== null && option in part
          ? [(part as Record<string, unknown>)[option]]
          : [],
      );
      const [said] = option === "checkpoint" ? [(command as { checkpoint: string }).checkpoint] : found;
      // What a resumed run changes stays a text until its checkpoint is read.
      expect(said, flag).toEqual(name === "resume" && option in pace ? text : value);
      expect(value, `${flag} would not be told from its default`).not.toBe(standard);
      expect(page).toMatch(new RegExp(`^  ${flag} +\\S`, "m"));
    }
  });
});

test("no line of the help is wider than a terminal", () => {
  for (const line of help("npm start --").split("\n")) expect(line.length, line).toBeLessThanOrEqual(120);
});

test("resume and sample name a run, or none; resume keeps only what it is told to change", () => {
  expect(parse("resume")).toMatchObject({ name: "resume", folder: undefined, changes: {} });
  expect(parse("resume runs/3 --steps 70 --characters 0")).toMatchObject({
    folder: "runs/3",
    changes: { steps: "70" },
  });
  expect(parse("sample runs/3 --prime x")).toMatchObject({
    name: "sample",
    folder: "runs/3",
    writing: { prime: "x" },
  });
});

test.each(["--help", "-h", "help", "resume --help"])("%s asks for help", (line) => {
  expect(parse(line)).toEqual({ name: "help" });
});

describe("what makes no sense is refused:", () => {
  test.each([
    [
      "write",
      "write is no command. The commands are train, resume, sample, eval, novelty, neurons and inspect.",
    ],
    ["train runs/1", "train: runs/1 is a word too many."],
    ["sample runs/1 runs/2", "sample: runs/2 is a word too many."],
    ["--sise 3", "Unknown option '--sise'."],
    ["--size", "Option '--size <value>' argument missing."],
    ["--size 0", '--size: "0" is no whole number from 1 on.'],
    ["--size 1e3", '--size: "1e3" is no whole number from 1 on.'],
    ["--tokens letters", '--tokens: "letters" is none of characters, bytes, words.'],
    ["--sample-at 1,x", '--sample-at: "x" is no whole number from 1 on.'],
    ["--dropout 1", '--dropout: "1" is no number from 0 on and below 1.'],
    ["--top-p 0", '--top-p: "0" is no number above 0 and up to 1.'],
    ["eval --steps 3", "--steps: eval does not take it."],
    ["--held-out 1", '--held-out: "1" is no number between 0 and 1.'],
    ["--learning-rate fast", '--learning-rate: "fast" is no number above 0.'],
    ["--temperature 0.001", '--temperature: "0.001" is no number that is 0 or from 0.01 on.'],
    ["resume --size 3", "--size: resume does not take it. A run keeps the model that it was begun with."],
    ["sample --steps 3", "--steps: sample does not take it."],
    ["sample --out x", "--out: sample does not take it."],
  ])("%s", (line, message) => {
    expect(() => parse(line)).toThrow(new OptionError(message));
  });
});

describe("what would do nothing is refused:", () => {
  test.each([
    [{ patience: "3" }, "--patience: it does nothing without --validate-every."],
    [{ schedule: "plateau" }, "--schedule plateau: it does nothing without --validate-every."],
    [{ init: "glorot", initRange: "0.1" }, "--init glorot: it does nothing with --init-range."],
    [{ dropoutKind: "locked" }, "--dropout-kind locked: it does nothing without --dropout."],
    [{ dropoutKind: "variational" }, "--dropout-kind variational: it does nothing without --dropout."],
  ])("%j", (texts: Texts, message) => {
    expect(() => checkTraining(readOptions({ ...shape, ...pace }, texts))).toThrow(new OptionError(message));
  });

  test("a penalty on length, unless it is searched", () => {
    const said = readOptions(sampling, { lengthPenalty: "1" });
    expect(() => checkSampling(said)).toThrow("--length-penalty: it does nothing without --beam.");
    checkSampling({ ...said, beam: 2 });
  });
});

test("options survive a checkpoint", () => {
  const said = readOptions(all, {
    size: "3",
    data: "a b.txt",
    learningRate: "0.1",
    prime: "",
    sampleAt: "1,2",
  });
  expect(readOptions(all, JSON.parse(JSON.stringify(textsOf(said))) as Record<string, string>)).toEqual(said);
});
