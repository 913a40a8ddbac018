import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { environment, nodeArguments, patience, run, type Ran } from "../../run.ts";
import { readNotes } from "./run/checkpoint.ts";
import { logIn } from "./train/log.ts";

const main = new URL("main.ts", import.meta.url);
let folder: string;
let flags: readonly string[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "char-rnn-"));
  const data = join(folder, "text.txt");
  // 52 batches: the end of the text is passed more than once.
  writeFileSync(data, "the quick brown fox jumps over the lazy dog\n".repeat(20));
  const sizes = { size: 6, embedding: 4, batch: 2, length: 8, characters: 0, "checkpoint-every": 40 };
  flags = [
    "--data",
    data,
    "--engine",
    "wasm",
    ...Object.entries(sizes).flatMap(([name, size]) => [`--${name}`, String(size)]),
  ];
});
afterAll(() => rmSync(folder, { recursive: true }));

const program = (...args: readonly string[]): Ran => run(main, args);

const bytesIn = (out: string): Buffer => readFileSync(join(out, "checkpoint.safetensors"));

const linesIn = (out: string): string[] =>
  existsSync(logIn(out)) ? readFileSync(logIn(out), "utf8").split("\n").slice(0, -1) : [];

/** Train up to a limit, unless a signal comes before, which it does when so many steps are in the log. */
async function interrupted(
  out: string,
  steps: number,
  signal: NodeJS.Signals,
  limit = 1_000_000,
): Promise<Ran> {
  const args = [...flags, "--out", out, "--steps", String(limit), "--force"];
  const child = spawn(process.execPath, nodeArguments(main, args), { env: environment });
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (piece: Buffer) => (printed[name] += piece.toString()));
  const ended = once(child, "close");
  while (child.exitCode === null && linesIn(out).length < steps) await wait(2);
  child.kill(signal);
  child.kill(signal); // npm passes signals on that were received already
  await ended;
  return { status: child.exitCode, ...printed };
}

test(
  "a run that is killed between two checkpoints goes on as if it had not been, to the bit",
  { timeout: patience },
  async () => {
    const [killed, whole] = [join(folder, "killed"), join(folder, "whole")];
    let saved: number;
    let last: number;
    do {
      // On a busy machine the signal may come late, and the run without one takes as many steps.
      await interrupted(killed, 60, "SIGKILL", 400);
      saved = readNotes(killed).step;
      last = linesIn(killed).length;
    } while (last === saved); // killed just after a checkpoint, or not at all
    expect(saved).toBeGreaterThanOrEqual(40);

    const limit = ["--steps", String(last + 60)];
    const resumed = program("resume", killed, "--characters", "0", ...limit);
    expect(resumed.stderr).toBe("");
    expect(resumed.stdout).toContain(`from step ${saved + 1} on`);
    expect(resumed.stdout).toContain(`\nstep ${saved + 1} `);
    program(...flags, "--out", whole, ...limit);

    const steps = linesIn(killed).map((line) => (JSON.parse(line) as { readonly step: number }).step);
    expect(steps).toEqual(Array.from({ length: last + 60 }, (_, i) => i + 1));
    expect(linesIn(killed)).toEqual(linesIn(whole));
    expect(bytesIn(killed).equals(bytesIn(whole))).toBe(true);
  },
);

test("Ctrl-C ends the step, saves it, and says how to go on", { timeout: patience }, async () => {
  const out = join(folder, "interrupted");
  const { status, stdout, stderr } = await interrupted(out, 5, "SIGINT");
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const { step } = readNotes(out);
  expect(linesIn(out)).toHaveLength(step);
  expect(stdout).toContain(`Interrupted. Step ${step} is saved. To go on: node --conditions=development `);
  expect(stdout).toContain(` resume ${out}\n`);
});

test("a run that comes to nothing leaves its last checkpoint alone", { timeout: patience }, () => {
  const out = join(folder, "diverged");
  program(...flags, "--out", out, "--steps", "10");
  const before = bytesIn(out);
  const { status, stderr } = program("resume", out, "--learning-rate", "1e38", "--steps", "1000");
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^char-rnn: train: the loss of step 1\d is .*\.\n(First of all: .*\n)?The checkpoint of step 10 is as it was\./,
  );
  expect(bytesIn(out).equals(before)).toBe(true);
});
