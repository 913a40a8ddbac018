/** Small models and runs for the tests. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { readOptions, type Texts } from "../src/command-line/option.ts";
import { pace, shape } from "../src/command-line/options.ts";
import type { ModelOptions } from "../src/model/model.ts";
import type { RunOptions } from "../src/run/run.ts";

/** A model without anything around its cells. */
export const plain: ModelOptions = {
  cell: "lstm",
  layers: 1,
  size: 6,
  embedding: 4,
  tied: false,
  init: "uniform",
  initRange: undefined,
  layerNorm: false,
  dropout: 0,
  dropoutKind: "plain",
  zoneout: 0,
};

/** A folder of one's own that is there until the file's tests have run. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "char-rnn-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A file, and its path. */
export function written(folder: string, name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** The options of a run of a second, and what is to be different. */
export const smallRun = (texts: Texts): RunOptions =>
  readOptions(
    { ...shape, ...pace },
    {
      size: "5",
      embedding: "3",
      batch: "2",
      length: "4",
      steps: "10",
      learningRate: "0.02",
      engine: "wasm",
      ...texts,
    },
  );
