import { expect, test } from "vitest";
import { derived, median, summary } from "./figures.ts";
import type { Workload } from "./workload.ts";

const workload = (numbers: Partial<Workload>): Workload => ({
  about: "nothing",
  prepare: () => expect.unreachable(),
  ...numbers,
});

test("the median is the middle one, or half way between two", () => {
  expect(median([3, 100, 1])).toBe(3);
  expect(median([4, 1, 3, 100])).toBe(3.5);
});

test("times are told by their median and by how far they lie apart", () => {
  expect(summary([5, 1, 2])).toEqual({ ms: 2, min_ms: 1, max_ms: 5, repetitions: 3 });
});

test("a million products in half a millisecond are 4 GFLOP/s, a tenth of 40", () => {
  expect(derived(workload({ flops: 2e6 }), 0.5, 40)).toEqual({
    gflops: 4,
    peak_gflops: 40,
    share_of_peak: 0.1,
  });
});

test("what a workload does not count is not told", () => {
  expect(derived(workload({ characters: 10 }), 2, 40)).toEqual({ chars_per_s: 5000 });
  expect(derived(workload({ length: 100 }), 2, 40)).toEqual({ us_per_time_step: 20 });
});
