import { expect, test } from "vitest";
import type { Figures } from "./figures.ts";
import { heading, jsonLine, table } from "./report.ts";

const circumstances = { engine: "reference", threads: 1, clock: "wall", quick: true, node: "26.10.0" };

const figures: Figures = { ms: 2.123456, min_ms: 2, max_ms: 3, repetitions: 5, peak_rss_mib: 100 };
const result = (cases: Readonly<Record<string, Figures>>) => ({
  workload: "W5",
  cases: new Map(Object.entries(cases)),
});

test("a line of JSON has the workload, its figures to four digits, and what they depend on", () => {
  const fast = { ...figures, gflops: 50.00049, chars_per_s: 43_210.9, share_of_peak: 0.87654321 };
  expect(JSON.parse(jsonLine(result({ "": fast }), circumstances))).toEqual({
    workload: "W5",
    engine: "reference",
    threads: 1,
    ms: 2.123,
    min_ms: 2,
    max_ms: 3,
    repetitions: 5,
    gflops: 50,
    chars_per_s: 43_210,
    share_of_peak: 0.8765,
    peak_rss_mib: 100,
    clock: "wall",
    quick: true,
    node: "26.10.0",
  });
});

test("of several cases the first speaks for the workload", () => {
  const line: unknown = JSON.parse(
    jsonLine(result({ large: figures, small: { ...figures, ms: 1 } }), circumstances),
  );
  expect(line).toMatchObject({
    ms: 2.123,
    cases: [
      { case: "large", ms: 2.123 },
      { case: "small", ms: 1 },
    ],
  });
});

test("a table has a line for every case, and only columns in which there is something", () => {
  const text = table([
    result({ large: { ...figures, share_of_peak: 0.8765 }, small: { ...figures, ms: 12_345 } }),
  ]);
  expect(text).toMatchInlineSnapshot(`
    "              ms  min  max  of peak  peak MiB
    W5 large    2.12    2    3   87.6 %       100
    W5 small  12,300    2    3                100"
  `);
});

test("figures that are no good for quoting say so", () => {
  expect(heading(circumstances)).toMatchInlineSnapshot(
    `"reference, 1 thread, Node 26.10.0, wall time, quick: too short for figures to quote"`,
  );
  expect(heading({ ...circumstances, threads: 2, quick: false })).toMatchInlineSnapshot(
    `"reference, 2 threads, Node 26.10.0, wall time"`,
  );
});
