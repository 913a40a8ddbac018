import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { smallRun, temporaryFolder, written } from "../../test/small.ts";
import { OptionError, readOptions, type Texts } from "../command-line/option.ts";
import { comparing, judging, looking, sampling, writing } from "../command-line/options.ts";
import { beginRun, loadModel, type Trained } from "../run/run.ts";
import { train } from "../train/train.ts";
import { evaluate, inspectRun, neurons, novelty } from "./look.ts";
import { searched, sideBySide } from "./sample.ts";

const folder = temporaryFolder();
const data = written(folder, "text.txt", "abc\n".repeat(200));
let trained: Trained;

beforeAll(async () => {
  const texts = {
    data,
    size: "8",
    embedding: "4",
    batch: "4",
    length: "6",
    learningRate: "0.1",
    steps: "60",
  };
  await train(beginRun(smallRun({ ...texts, validateEvery: "30" }), join(folder, "run"), false), {
    show: () => {},
  });
  trained = loadModel(join(folder, "run"));
});

describe("eval", () => {
  const judged = (texts: Texts): string => evaluate(trained, readOptions(judging, texts));

  test("says how well a part of the text is foretold", () => {
    expect(judged({ split: "train", rows: "1" }).replace(data, "text.txt")).toMatch(
      /^Text: {8}text\.txt, train: 756 characters foretold\nLoss: {8}0\.\d{4} nats\/char, 0\.\d{3} bits\nPerplexity: {2}1\.\d{3}\nBy counts: {3}1\.38\d\d nats of symbols, 0\.0\d{3} of pairs: 0\.0\d\d bits$/,
    );
  });

  test("has no part that the run does not keep", () => {
    expect(() => judged({ split: "test" })).toThrow(
      new OptionError("--split test: the run keeps no such part. One is made by train --test."),
    );
  });

  test("says what of another text the model has never seen, and that it went on learning", () => {
    const text = written(folder, "other.txt", "abcd\n".repeat(20));
    expect(judged({ text, dynamic: "0.1" })).toMatch(
      /other\.txt: 72 characters foretold\nLeft out: {4}20 characters that the model has never seen\nLearning: .* rate 0\.1\nLoss/,
    );
  });
});

test("novelty compares what the model writes, or a text, with what was trained on", () => {
  const how = readOptions(writing, { temperature: "0" });
  expect(novelty(trained, readOptions(comparing, { longest: "2" }), how)).toBe(
    "400 characters, beside 760 that were trained on\nlength   novel\n     1     0.0 %\n     2     0.0 %",
  );
  const text = written(folder, "half.txt", "abab");
  expect(novelty(trained, readOptions(comparing, { text }), how)).toMatch(
    / {2}1 {5}0\.0 %\n {5}2 {4}33\.3 %\n {5}3 {3}100\.0 %\n {5}4 {3}100\.0 %$/,
  );
});

test("inspect shows options, losses and parameters", () => {
  const lines = inspectRun(trained);
  expect(lines).toMatch(/^ {2}--size +8$/m);
  expect(lines).toMatch(/^ {2}--learning-rate +0\.1$/m);
  expect(lines).toMatch(/^ {2}step 60, epoch \d+\.\d{3}$/m);
  expect(lines).toMatch(/^ {2}best held out \d\.\d{4} after step (30|60), [01] validations since$/m);
  expect(lines).toMatch(/^ {2}rnn\[0\]\.wx +\[4, 32\] +128 +-?0\.\d{4} +\d\.\d{4} +\d\.\d{4}$/m);
  expect(lines).toContain("468 numbers");
  expect(inspectRun(loadModel(trained.file))).toBe(lines);
});

test("neurons writes a page", () => {
  const page = join(folder, "neurons.html");
  expect(neurons(trained, readOptions(looking, { symbols: "60", page })).replaceAll(folder, "")).toMatch(
    /^.neurons\.html shows \d\d symbols of .text\.txt, validation$/,
  );
  expect(readFileSync(page, "utf8")).toMatch(/^<!doctype html>/);
});

describe("sample", () => {
  const said = (texts: Texts) => readOptions({ ...writing, ...sampling }, texts);
  const beam = (texts: Texts): string => searched(trained, { ...said(texts), beam: 3 });

  test("searches for the likeliest text", () => {
    expect(beam({ prime: "a", characters: "7" })).toBe("abc\nabc\n");
    expect(beam({ prime: "a", characters: "7", stop: "c" })).toBe("abc");
  });

  test("shows several texts one below the other", () => {
    expect(sideBySide(trained, said({ streams: "2", stop: "\n", temperature: "0" }))).toBe(
      "--- 1 ---\nabc\n\n\n--- 2 ---\nabc\n",
    );
  });

  test("refuses what makes no sense together", () => {
    expect(() => beam({ stop: "ab" })).toThrow(
      new OptionError("--stop: with --beam it must be a single symbol."),
    );
    expect(() => beam({ topK: "3" })).toThrow("--beam: nothing is drawn");
    expect(() => beam({ streams: "3" })).toThrow("--beam: it looks for one text");
    expect(() => sideBySide(trained, said({ endless: "true", streams: "2" }))).toThrow("--endless:");
  });
});
