import { expect, test } from "vitest";
import { histogramOf, norm, normsOfParts } from "./statistics.ts";

test("norms are roots of sums of squares, of a whole or of its parts", () => {
  expect(norm([3, 4, 12])).toBe(13);
  expect(normsOfParts(Float32Array.of(3, 4, 5, 12), 2)).toEqual([5, 13]);
  expect(normsOfParts(new Float32Array(0), 0)).toEqual([]);
});

test("a histogram has bins of one width from the smallest number to the largest, which is in the last", () => {
  const { borders, counts, nonFinite } = histogramOf(Float64Array.of(0, 1, 1.5, 4, 3.9, NaN, -Infinity), 4);
  expect(borders).toEqual([0, 1, 2, 3, 4]);
  expect(counts).toEqual([1, 2, 0, 2]);
  expect(nonFinite).toBe(2);
});

test("equal numbers fill one bin, and without a finite number there is none", () => {
  expect(histogramOf(Float64Array.of(7, 7), 2).counts).toEqual([2, 0]);
  expect(histogramOf(Float64Array.of(NaN), 2)).toEqual({ borders: [], counts: [], nonFinite: 1 });
});
