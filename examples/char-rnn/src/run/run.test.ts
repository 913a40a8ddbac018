import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OptionError, readOptions } from "../command-line/option.ts";
import { pace, shape } from "../command-line/options.ts";
import { unseen } from "./course.ts";
import { beginRun, loadModel, resumeRun, saveRun, type RunOptions } from "./run.ts";

let folder: string;
let options: RunOptions;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "char-rnn-"));
  const data = join(folder, "text.txt");
  writeFileSync(data, "abc\n".repeat(50));
  const sizes = { size: "3", embedding: "2", batch: "2", length: "4" };
  const said = { data, ...sizes, steps: "10", learningRate: "0.1", engine: "wasm" };
  options = readOptions({ ...shape, ...pace }, said);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a run that has a name is not lost by accident", () => {
  const out = join(folder, "mine");
  saveRun(beginRun(options, out, false), "last", 7, unseen);
  expect(() => beginRun(options, out, false)).toThrow(OptionError);
  expect(resumeRun(out, {}).step).toBe(7);
  expect(beginRun(options, out, true).step).toBe(0);
  expect(resumeRun(out, {}).step).toBe(0);
});

test("what a run goes on with is what it was begun with, or what is asked for now", () => {
  const out = join(folder, "changed");
  const { trainer } = beginRun(options, out, false);
  const same = resumeRun(out, {});
  expect(same.options).toEqual(options);
  expect(same.trainer.state.params.decode.w!.data).toEqual(trainer.state.params.decode.w!.data);
  expect(resumeRun(out, { learningRate: "0.01" }).options).toEqual({ ...options, learningRate: 0.01 });
  // A limit takes the place of the one before, of whatever kind.
  expect(resumeRun(out, { seconds: "5" }).options).toEqual({ ...options, seconds: 5, steps: undefined });
});

test("the text is needed to train and not to write", () => {
  const out = join(folder, "textless");
  const data = join(folder, "short-lived.txt");
  writeFileSync(data, "abcd".repeat(50));
  beginRun({ ...options, data }, out, false);
  writeFileSync(data, "abce".repeat(50));
  expect(() => resumeRun(out, {})).toThrow(/short-lived\.txt is not the text that the run was begun with\./);
  rmSync(data);
  expect(loadModel(out).vocabulary.size).toBe(4);
  writeFileSync(data, "abcd".repeat(50));
  expect(resumeRun(out, {}).text.symbols).toBe(200);
});

test("a folder without a run is named", () => {
  expect(() => resumeRun(folder, {})).toThrow(`there is no run in ${folder}.`);
});
