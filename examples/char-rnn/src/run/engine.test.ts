import { UnsupportedError } from "@unroll/core";
import { native } from "@unroll/native";
import { expect, test } from "vitest";
import { smallRun, temporaryFolder, written } from "../../test/small.ts";
import { makeStep } from "../train/step.ts";
import { engineOf } from "./engine.ts";
import { beginRun, resumeRun } from "./run.ts";

/** Why there is no native engine here, if there is none. */
function whyNoNative(): string | undefined {
  try {
    native().dispose();
    return undefined;
  } catch (error) {
    if (error instanceof UnsupportedError) return error.message;
    throw error;
  }
}

test("the engine is the one that is asked for, with so many threads", () => {
  expect(engineOf({ engine: "wasm", threads: 1 }).name).toBe("wasm");
  expect(() => engineOf({ engine: "wasm", threads: 0 })).toThrow(UnsupportedError);
});

const missing = whyNoNative();
test.skipIf(missing !== undefined)(
  `a run goes on with another engine, and is the same up to roundings${missing === undefined ? "" : ` (${missing})`}`,
  () => {
    const folder = temporaryFolder();
    const data = written(folder, "text.txt", "abc\n".repeat(50));
    beginRun(smallRun({ data, engine: "wasm" }), `${folder}/run`, false);
    const [one, other] = ["wasm", "native"].map((engine) => {
      const run = resumeRun(`${folder}/run`, { engine, threads: "1" });
      expect(run.engine.name).toBe(engine);
      return Array.from({ length: 5 }, (_, step) => makeStep(run, step, 0).loss);
    }) as [number[], number[]];
    expect(new Set(one).size).toBe(5);
    one.forEach((loss, i) => expect(other[i]! / loss).toBeCloseTo(1, 5));
  },
);
