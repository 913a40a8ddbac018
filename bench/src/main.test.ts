import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";

// Processes take a while to start on a machine that is busy.
vi.setConfig({ testTimeout: 60_000 });

const main = fileURLToPath(new URL("main.ts", import.meta.url));

const bench = (...words: readonly string[]) =>
  spawnSync(process.execPath, ["--conditions=development", main, ...words], { encoding: "utf8" });

test("a workload is measured in a process of its own and told as a line of JSON", () => {
  const { status, stdout, stderr } = bench("W4", "--engine", "wasm", "--quick", "--json");
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(1);
  const aNumber: unknown = expect.toSatisfy((x: unknown) => typeof x === "number" && x > 0);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    workload: "W4",
    engine: "wasm",
    threads: 1,
    ms: aNumber,
    min_ms: aNumber,
    max_ms: aNumber,
    repetitions: 3,
    gflops: aNumber,
    share_of_peak: aNumber,
    peak_rss_mib: aNumber,
    node: process.versions.node,
  });
});

test("an unknown workload is named, and the known ones are shown", () => {
  const { status, stderr } = bench("W9");
  expect(status).toBe(2);
  expect(stderr).toContain("there is no workload W9");
  expect(stderr).toContain("W1   char-rnn training step");
});
