import { expect, test } from "vitest";
import { undisturbed, undisturbedCalls } from "./estimate.ts";

test("what something takes undisturbed is the mean of the fastest quarter", () => {
  expect(undisturbed([9, 2, 8, 4, 7, 90, 6, 5])).toBe(3);
  expect(undisturbed([7])).toBe(7);
});

test("calls that the clock can tell from nothing are judged each by itself", () => {
  const times = [
    [5, 50],
    [60, 4],
    [70, 70],
    [80, 80],
  ];
  const repetitions = times.map((calls) => ({ calls }));
  expect(undisturbedCalls(repetitions, 1)).toEqual([5, 4]);
});

test("of others, the steps that a coarse clock shows now and then are not lost", () => {
  // The second call takes a quarter of a step of 1, and the clock shows one in every fourth repetition.
  const repetitions = Array.from({ length: 32 }, (_, i) => ({ calls: [100, i % 4 === 0 ? 1 : 0] }));
  const disturbed = Array.from({ length: 96 }, () => ({ calls: [400, 0] }));
  expect(undisturbedCalls([...repetitions, ...disturbed], 2)).toEqual([100, 0.25]);
});
