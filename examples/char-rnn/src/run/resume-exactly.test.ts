/** A run that stops and goes on is the run that did not stop, to the bit, whatever its options. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { smallRun, temporaryFolder, written } from "../../test/small.ts";
import type { Texts } from "../command-line/option.ts";
import { logIn } from "../train/log.ts";
import { train } from "../train/train.ts";
import { fileIn, type Which } from "./checkpoint.ts";
import { beginRun, resumeRun, type Run } from "./run.ts";

const folder = temporaryFolder();
const data = written(folder, "text.txt", "the quick brown fox\njumps over\nthe lazy dog\n".repeat(6));
const silent = { show: () => {} };

const bytesOf = (out: string, which: Which): string => readFileSync(fileIn(out, which)).toString("base64");

const combinations: Readonly<Record<string, Texts>> = {
  "dropout that is drawn anew at every step": {
    dropout: "0.3",
    layers: "2",
    optimizer: "rmsprop",
    momentum: "0.5",
  },
  "variational masks, layer norms, and lines that begin anew": {
    dropout: "0.3",
    dropoutKind: "variational",
    layerNorm: "true",
    documents: "line",
    schedule: "cosine",
    clipBy: "norm",
  },
  "words, one-hot, zoneout, and a rate that falls by epochs": {
    tokens: "words",
    embedding: "0",
    zoneout: "0.2",
    schedule: "exponential",
    decayEvery: "0.5",
    warmUp: "3",
    optimizer: "adamw",
    weightDecay: "0.1",
    cell: "gru",
  },
  "bytes, tied weights, and a rate that validations lower": {
    tokens: "bytes",
    tied: "true",
    embedding: "5",
    schedule: "plateau",
    decayAfter: "1",
    validateEvery: "2",
    learningRate: "0.5",
    optimizer: "sgd",
    momentum: "0.9",
  },
};

describe.each(Object.entries(combinations))("%s", (name, texts) => {
  test("stops twice and goes on", async () => {
    const said = { data, validateEvery: "3", heldOut: "0.2", steps: "40", checkpointEvery: "7", ...texts };
    const out = (kind: string): string => join(folder, `${name} ${kind}`);
    const whole = beginRun(smallRun(said), out("whole"), false);
    await train(whole, silent);
    await train(beginRun(smallRun(said), out("parts"), false), stopping(9));
    const parts = (): Run => resumeRun(out("parts"), {});
    expect(parts().step).toBe(9);
    await train(parts(), stopping(20));
    await train(parts(), silent);
    expect(readFileSync(logIn(out("parts")), "utf8")).toBe(readFileSync(logIn(out("whole")), "utf8"));
    for (const which of ["last", "best"] as const)
      expect(bytesOf(out("parts"), which) === bytesOf(out("whole"), which), which).toBe(true);
  });
});

/** A signal that has been heard stays heard, since the program has nothing more to do; here others follow. */
const signals = ["SIGTERM", "SIGINT"] as const;
const before = signals.map((signal) => process.listeners(signal));
afterEach(() =>
  signals.forEach((signal, i) => {
    const added = process.listeners(signal).filter((listener) => !before[i]!.includes(listener));
    for (const listener of added) process.off(signal, listener);
  }),
);

/** Whoever asks to end after a step. */
const stopping = (after: number) => ({
  show: ({ step }: { readonly step: number }) => {
    if (step === after) process.emit("SIGTERM");
  },
});

test("the best checkpoint can be gone on from as well", async () => {
  const out = join(folder, "best");
  await train(beginRun(smallRun({ data, validateEvery: "4", steps: "10" }), out, false), silent);
  const { course } = resumeRun(out, {});
  expect(resumeRun(out, {}, "best").step).toBe(course.best!.step);
  expect(resumeRun(fileIn(out, "best"), {}).folder).toBe(out);
});
