import { describe, expect, test } from "vitest";
import { help, parseCommandLine } from "./command-line.ts";
import { flagOf, OptionError, pace, readOptions, shape, textsOf, writing } from "./options.ts";

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

test("every option is read under its flag, and explained", () => {
  const page = help("char-rnn");
  const line =
    "--cell gru --layers 2 --size 3 --embedding 4 --batch 5 --length 6 --held-out 0.5 --seed 7 --data a.txt --seconds 8 --steps 9 --learning-rate 1e-3 --checkpoint-every 10 --prime ab --characters 11 --temperature 0 --sample-seed 12";
  expect(Object.keys(all).map(flagOf).sort()).toEqual(line.match(/--[a-z-]+/g)!.sort());
  for (const flag of line.match(/--[a-z-]+/g)!) expect(page).toMatch(new RegExp(`^  ${flag} +\\S`, "m"));
  expect(parse(`${line} --out there --force`)).toEqual({
    name: "train",
    folder: "there",
    force: true,
    options: {
      cell: "gru",
      layers: 2,
      size: 3,
      embedding: 4,
      batch: 5,
      length: 6,
      heldOut: 0.5,
      seed: 7,
      data: "a.txt",
      seconds: 8,
      steps: 9,
      learningRate: 1e-3,
      checkpointEvery: 10,
    },
    writing: { prime: "ab", characters: 11, temperature: 0, sampleSeed: 12 },
  });
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
    ["write", "write is no command. The commands are train, resume and sample."],
    ["train runs/1", "train: runs/1 is a word too many."],
    ["sample runs/1 runs/2", "sample: runs/2 is a word too many."],
    ["--sise 3", "Unknown option '--sise'."],
    ["--size", "Option '--size <value>' argument missing."],
    ["--size 0", '--size: "0" is no whole number from 1 on.'],
    ["--size 1e3", '--size: "1e3" is no whole number from 1 on.'],
    ["--cell elman", '--cell: "elman" is none of lstm, gru, rnn.'],
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

test("options survive a checkpoint", () => {
  const said = readOptions(all, { size: "3", data: "a b.txt", learningRate: "0.1", prime: "" });
  expect(readOptions(all, JSON.parse(JSON.stringify(textsOf(said))) as Record<string, string>)).toEqual(said);
});
