import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor } from "@unroll/core";
import { cell } from "@unroll/layers";
import { expect, test } from "vitest";
import { patience, run } from "../../run.ts";
import { cellOf, cells, type CellName } from "./cells.ts";
import { learnerOf } from "./learner.ts";
import { heading, rowOf, successSvg } from "./report.ts";
import { runTrial, type Trial } from "./suite.ts";
import { tasks, type TaskName } from "./tasks.ts";

const main = new URL("main.ts", import.meta.url);
const small = { hidden: 8, batch: 20, learningRate: 0.01, seed: 1 } as const;

test.each(Object.keys(tasks) as TaskName[])("%s: the loss falls", (task) => {
  // As many sequences as steps: no size tells what is asked of which.
  const problem = tasks[task].problem({ length: 12, batch: 12, seed: 1 });
  const learner = learnerOf(problem, {
    ...small,
    cell: (inputs) => cellOf("gru", { inputs, hidden: 8, length: 12 }),
  });
  const losses = Array.from({ length: 600 }, (_, i) => learner.step(problem.at(i)));
  learner.dispose();
  const meanOf = (part: readonly number[]): number => part.reduce((a, b) => a + b, 0) / part.length;
  expect(meanOf(losses.slice(-100))).toBeLessThan(meanOf(losses.slice(0, 20)));
});

test.each(Object.keys(cells) as CellName[])("%s solves an order of ten steps", (name) => {
  const trial = runTrial(
    { ...small, task: "order-2", cell: name, length: 10, hidden: 16, sequences: 20_000 },
    () => undefined,
  );
  expect(trial.needed).toBeGreaterThan(0);
  expect(trial.score.mistaken).toBeLessThan(0.01);
});

test("a network without memory solves nothing, and its loss is no better than the baseline", () => {
  const trial = runTrial(
    { ...small, task: "permutation", cell: "rnn", length: 60, sequences: 100 },
    () => undefined,
  );
  expect(trial.needed).toBeUndefined();
  expect(trial.score.loss).toBeGreaterThan(0.9 * trial.baseline);
  expect(trial.longer).toBeUndefined();
});

test("the score counts sequences with a mistake, as plain JavaScript counts them", () => {
  // Untrained: what it answers is that of its first parameters, always the same.
  const problem = tasks.parity.problem({ length: 3, batch: 50, seed: 5 });
  const blind = cell({ params: {}, state: {}, step: (_, state, x) => [state, x] });
  const learner = learnerOf(problem, { ...small, hidden: 2, cell: () => blind });
  const batch = problem.at(0);
  const { mistaken } = learner.score([batch]);
  // Of the last bit alone it answers one of four functions: constant, the bit, or its opposite.
  const answers = [() => 0, () => 1, (bit: number) => bit, (bit: number) => 1 - bit];
  const shares = answers.map((answer) => share(batch.x, batch.y, answer));
  expect(Math.min(...shares.map((s) => Math.abs(s - mistaken)))).toBeLessThan(1e-6);
  learner.dispose();
});

/** The share of sequences, the second axis, in which `answer` is wrong at some step. */
function share(x: Tensor, y: Tensor, answer: (bit: number) => number): number {
  const [length, batch] = x.shape as [number, number];
  const wrong = Array.from({ length: batch }, (_, b) =>
    Array.from({ length }, (_, t) => answer(x.data[t * batch + b]!) !== y.data[t * batch + b]).includes(true),
  );
  return wrong.filter(Boolean).length / batch;
}

const trial: Trial = {
  ...small,
  task: "dyck",
  cell: "gru",
  length: 20,
  sequences: 100,
  needed: 5_000,
  score: { loss: 0.0123, mistaken: 0.004 },
  longer: { loss: 0.1, mistaken: 0.25 },
  baseline: 1.0986,
  seconds: 3.4,
};

test("a trial is a row below the heading", () => {
  expect(`${heading}\n${rowOf(trial)}`).toMatchInlineSnapshot(`
    "task           cell                T  seed  solved after       loss  no memory  mistaken    at 2 T  seconds
    dyck           gru                20     1         5,000     0.0123       1.10     0.4 %    25.0 %        3"
  `);
});

test("the picture has a curve for each cell, at the share of its seeds that succeed", () => {
  const failed = { ...trial, needed: undefined };
  const svg = successSvg("dyck", [
    trial,
    { ...failed, seed: 2 },
    { ...failed, length: 40 },
    { ...trial, cell: "lstm" },
  ]);
  expect(svg).toContain("99 % of sequences right");
  expect(svg).toMatch(/>lstm<\/text>/);
  expect(svg).toMatch(/>gru<\/text>/);
  // Of the two of T = 20 one has succeeded: its point is as high as 0.5 on the axis.
  const [, half] = /translate\(56,([\d.]+)\)" y="0.32em">0.5</.exec(svg)!;
  expect(svg).toContain(`cy="${half}" cx="56"`);
});

test("the program prints a row for each trial and draws a picture", { timeout: patience }, () => {
  const folder = mkdtempSync(join(tmpdir(), "unroll-memory-"));
  const plot = join(folder, "success.svg");
  const words =
    "--tasks order-2 --cells gru --lengths 10,12 --hidden 16 --rate 0.01 --sequences 10000 --plot";
  const { status, stdout, stderr } = run(main, [...words.split(" "), plot]);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^order-2 +gru +10 +1 +[\d,]+ /m);
  expect(stdout).toMatch(/^order-2 +gru +12 +1 +[\d,]+ /m);
  expect(readFileSync(plot, "utf8")).toContain("<svg");
  rmSync(folder, { recursive: true });
});

test.each([
  [["--tasks", "sums"], /^--tasks: there is no sums\. There are adding, /],
  [["--lengths", "0"], /^--lengths 0: it must be a number above 0\./],
  [["--seeds", "1.5"], /^--seeds 1.5: it must be a whole number\./],
  [["--cell", "gru"], /Unknown option '--cell'/],
])("%s is answered with the usage", { timeout: patience }, (words, message) => {
  const { status, stderr } = run(main, words);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr).toContain("main.ts [options]");
});
