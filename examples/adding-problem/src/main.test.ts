import { addingProblem } from "@unroll/data";
import { expect, test } from "vitest";
import { likeShown, patience, printedIn, run } from "../../run.ts";
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

test("the program compares both as its page shows", { timeout: patience }, () => {
  const [shown = ""] = printedIn(new URL("../README.md", import.meta.url));
  const { status, stdout, stderr } = run(main, ["--length", "10", "--steps", "600"]);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(likeShown(stdout, shown)).toBe(shown);
});

test.each([
  ["--length", "0"],
  ["--sise", "4"],
])("%s %s is answered with the usage", { timeout: patience }, (...flags) => {
  const { status, stderr } = run(main, flags);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^main.ts \[options\]/);
});
