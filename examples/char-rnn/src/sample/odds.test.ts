import { describe, expect, test } from "vitest";
import { draw, logOddsOf, oddsOf } from "./odds.ts";

const logits = [0.1, 2, -1, 2, 0.7];
const softmax = (xs: readonly number[], temperature = 1): number[] => {
  const exps = xs.map((x) => Math.exp(x / temperature));
  const total = exps.reduce((a, b) => a + b);
  return exps.map((x) => x / total);
};
const close = (found: Float64Array, expected: readonly number[]): void =>
  expected.forEach((x, i) => expect(found[i]).toBeCloseTo(x, 12));

test("at temperature 1 the odds are the model's, and lower temperatures sharpen them", () => {
  close(oddsOf(logits, { temperature: 1 }), softmax(logits));
  close(oddsOf(logits, { temperature: 0.5 }), softmax(logits, 0.5));
  close(logOddsOf(logits), softmax(logits).map(Math.log));
});

test("temperature 0 is arg-max, and the first of equal ones", () => {
  expect([...oddsOf(logits, { temperature: 0 })]).toEqual([0, 1, 0, 0, 0]);
  expect([...oddsOf(logits, { temperature: 1, topK: 1 })]).toEqual([0, 1, 0, 0, 0]);
});

test("top-k keeps the k likeliest in their proportions, and all of fewer", () => {
  const [a, b, c] = softmax([2, 2, 0.7]);
  close(oddsOf(logits, { temperature: 1, topK: 3 }), [0, a!, 0, b!, c!]);
  close(oddsOf(logits, { temperature: 1, topK: 99 }), softmax(logits));
});

describe("top-p keeps the fewest that reach its share", () => {
  const odds = [0.5, 0.3, 0.15, 0.05];
  const of = (topP: number): number[] => [...oddsOf(odds.map(Math.log), { temperature: 1, topP })];
  test.each([
    [0.4, 1],
    [0.499, 1],
    [0.501, 2],
    [0.79, 2],
    [0.81, 3],
    [1, 4],
  ])("%d", (share, count) => {
    const found = of(share);
    expect(found.filter((x) => x > 0)).toHaveLength(count);
    const kept = odds.slice(0, count);
    close(
      Float64Array.from(found.slice(0, count)),
      kept.map((x) => x / kept.reduce((a, b) => a + b)),
    );
  });
});

test("what is not allowed has no odds", () => {
  expect([...oddsOf(logits, { temperature: 0 }, (id) => id !== 1)]).toEqual([0, 0, 0, 1, 0]);
  expect(oddsOf(logits, { temperature: 1 }, (id) => id > 2)[1]).toBe(0);
});

test("a symbol is drawn as often as its odds say", () => {
  const odds = Float64Array.of(0.25, 0, 0.5, 0.25);
  const drawn = Array.from({ length: 100 }, (_, i) => draw(odds, i / 100));
  expect([0, 1, 2, 3].map((id) => drawn.filter((x) => x === id).length)).toEqual([25, 0, 50, 25]);
  expect(draw(Float64Array.of(0.3, 0.7, 0), 1 - 2 ** -53)).toBe(1);
});
