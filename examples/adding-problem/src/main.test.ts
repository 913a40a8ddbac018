import { addingProblem } from "@unroll/data";
import { expect, test } from "vitest";
import { patience, run } from "../../run.ts";
import { cells, learnerOf } from "./model.ts";

const main = new URL("main.ts", import.meta.url);
const names = Object.keys(cells) as (keyof typeof cells)[];

test.each(names)("the error of %s falls", (name) => {
  const problem = addingProblem({ length: 4, batch: 16, seed: 1 });
  const learner = learnerOf(name, { size: 8, batch: 16, learningRate: 0.02, seed: 1 });
  const errors = Array.from({ length: 120 }, (_, step) => learner.step(problem.at(step)).loss.data[0]!);
  const meanOf = (part: readonly number[]): number =>
    part.reduce((sum, error) => sum + error, 0) / part.length;
  expect(meanOf(errors.slice(-20))).toBeLessThan(0.5 * meanOf(errors.slice(0, 20)));
});

test("the program compares both on sequences of the length that it is given", { timeout: patience }, () => {
  const flags = ["--length", "3", "--steps", "20", "--size", "4", "--batch", "4"];
  const { status, stdout, stderr } = run(main, flags);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect(lines[0]).toBe("T = 3. Answering 1 whatever comes has an error of 0.1667.");
  expect(lines[2]!.trim().split(/ +/)).toEqual(["step", "rnn", "lstm"]);
  expect(lines.slice(3).map((line) => Number.parseInt(line, 10))).toEqual([
    2, 4, 6, 8, 10, 12, 14, 16, 18, 20,
  ]);
});

test.each([
  ["--length", "0"],
  ["--sise", "4"],
])("%s %s is answered with the usage", { timeout: patience }, (...flags) => {
  const { status, stderr } = run(main, flags);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^main.ts \[options\]/);
});
