import { describe, expect, test } from "vitest";
import { philoxAnswers } from "../../test/philox-answers.ts";
import { fnv1a, hostRandom, philox, randomKey } from "./philox.ts";

test.each(philoxAnswers)("philox gives the published answer at %j with key %j", (counter, key, answer) => {
  expect(philox(counter, key)).toEqual(answer);
});

test.each([
  ["", 0x811c9dc5],
  ["a", 0xe40c292c],
  ["foobar", 0xbf9cf968],
])("fnv1a gives the published hash of %j", (text, hash) => {
  expect(fnv1a(text)).toBe(hash);
});

describe("randomKey", () => {
  test("is the two words of the seed, the lower one first", () => {
    expect([...randomKey(7).data]).toEqual([7, 0]);
    expect([...randomKey(2 ** 32 + 1).data]).toEqual([1, 1]);
    expect([...randomKey(-1).data]).toEqual([-1, -1]);
    expect(randomKey(7).type).toEqual({ dtype: "i32", shape: [2] });
  });

  test("refuses what is no whole number", () => {
    expect(() => randomKey(0.5)).toThrowErrorMatchingInlineSnapshot(`
      [KeyError: randomKey: 0.5 is no seed.
      A seed is a whole number of at most 53 bits.]
    `);
    expect(() => randomKey(2 ** 53)).toThrowErrorMatchingInlineSnapshot(`
      [KeyError: randomKey: 9007199254740992 is no seed.
      A seed is a whole number of at most 53 bits.]
    `);
  });
});

describe("hostRandom", () => {
  const draw = (n: number, one: () => number): number[] => Array.from({ length: n }, one);
  const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;

  test("draws the same numbers for the same seed and path, and others for others", () => {
    const numbers = (seed: number, path: string): number[] => draw(5, hostRandom(seed, path).uniform);
    expect(numbers(1, "rnn.wx")).toEqual(numbers(1, "rnn.wx"));
    const streams = [
      numbers(1, "rnn.wx"),
      numbers(1, "rnn.wh"),
      numbers(2, "rnn.wx"),
      numbers(2 ** 32 + 1, "rnn.wx"),
    ];
    expect(new Set(streams.flat()).size).toBe(20);
  });

  test("uniform numbers lie in [0, 1) with mean 1/2 and variance 1/12", () => {
    const xs = draw(100_000, hostRandom(1, "x").uniform);
    expect(xs.every((x) => x >= 0 && x < 1)).toBe(true);
    // Five standard deviations of the mean of as many draws.
    expect(Math.abs(mean(xs) - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / xs.length));
    expect(Math.abs(mean(xs.map((x) => (x - 1 / 2) ** 2)) - 1 / 12)).toBeLessThan(
      5 * Math.sqrt(1 / 180 / xs.length),
    );
  });

  test("normal numbers have mean 0, variance 1 and fourth moment 3", () => {
    const xs = draw(100_000, hostRandom(1, "x").normal);
    expect(Math.abs(mean(xs))).toBeLessThan(5 * Math.sqrt(1 / xs.length));
    expect(Math.abs(mean(xs.map((x) => x ** 2)) - 1)).toBeLessThan(5 * Math.sqrt(2 / xs.length));
    expect(Math.abs(mean(xs.map((x) => x ** 4)) - 3)).toBeLessThan(5 * Math.sqrt(96 / xs.length));
  });

  test("its first numbers never change", () => {
    expect(draw(3, hostRandom(1, "rnn.wx").uniform)).toMatchInlineSnapshot(`
      [
        0.36383598589662813,
        0.7170936822491183,
        0.8394115897941381,
      ]
    `);
  });
});
