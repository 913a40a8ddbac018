import { decode, encode } from "@unroll/core";
import { describe, expect, test } from "vitest";
import { ntAsgd } from "./nt-asgd.ts";
import { reduceOnPlateau } from "./reduce-on-plateau.ts";

describe("reduceOnPlateau", () => {
  test("the rate falls after more failures than patience, and not while it cools down", () => {
    const plateau = reduceOnPlateau({ rate: 1, factor: 0.5, patience: 1, cooldown: 1 });
    expect([5, 4, 4, 4, 4, 4, 4, 3, 3, 3].map((loss) => plateau.observe(loss))).toEqual([
      1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125,
    ]);
  });

  test("what is better by less than the threshold is no better, and NaN never is", () => {
    const plateau = reduceOnPlateau({ rate: 1, patience: 0, threshold: 0.1 });
    const found = [10, 9.5, 8.9, NaN].map((loss) => plateau.observe(loss));
    [1, 0.1, 0.1, 0.01].forEach((n, i) => expect(found[i]).toBeCloseTo(n, 15));
  });

  test("metrics that should rise, negative ones, and the floor", () => {
    const rising = reduceOnPlateau({ rate: 1, patience: 0, factor: 0.5, better: "higher", floor: 0.3 });
    expect([0.1, 0.2, 0.2, 0.2, 0.3].map((accuracy) => rising.observe(accuracy))).toEqual([
      1, 1, 0.5, 0.3, 0.3,
    ]);
    const negative = reduceOnPlateau({ rate: 1, patience: 0, threshold: 0.1 });
    expect([-10, -12].map((loss) => negative.observe(loss))).toEqual([1, 1]);
  });

  test("its state goes through a checkpoint", () => {
    const options = { rate: 1, factor: 0.5, patience: 2, cooldown: 1 };
    const metrics = [5, 4, 4, 4, 4, 4, 4, 3, 4, 4, 4, 4, 4];
    const whole = reduceOnPlateau(options);
    const expected = metrics.map((metric) => whole.observe(metric));
    metrics.forEach((_, cut) => {
      const [before, after] = [reduceOnPlateau(options), reduceOnPlateau(options)];
      const found = metrics.slice(0, cut).map((metric) => before.observe(metric));
      after.state = decode(encode(before.state), after.state).tree;
      expect([...found, ...metrics.slice(cut).map((metric) => after.observe(metric))]).toEqual(expected);
    });
  });

  test("options out of range are refused by name", () => {
    expect(() => reduceOnPlateau({ rate: 1, factor: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[UnrollError: reduceOnPlateau: factor: 1 is not in (0, 1).]`,
    );
  });
});

describe("ntAsgd", () => {
  /** Algorithm 1 of the paper: when the t-th observation triggers. */
  const plain = (losses: readonly number[], n: number): number =>
    losses.findIndex((v, t) => t > n && v > Math.min(...losses.slice(0, t - n)));

  test("it triggers once, where the paper's algorithm does", () => {
    for (const interval of [1, 2, 5]) {
      for (let seed = 1; seed < 60; seed++) {
        const losses = Array.from(
          { length: 30 },
          (_, i) => 1 / (i + 1) + Math.abs(Math.sin(seed * (i + 1))) / 3,
        );
        const trigger = ntAsgd({ interval });
        const found = losses.map((loss) => trigger.observe(loss));
        expect(found.indexOf(true)).toBe(plain(losses, interval));
        expect(found.filter(Boolean).length).toBe(trigger.triggered ? 1 : 0);
      }
    }
  });

  test("its state goes through a checkpoint", () => {
    const losses = [5, 4, 3, 3, 3.5, 3, 2.9, 4];
    const at = losses.map((_, cut) => {
      const [before, after] = [ntAsgd({ interval: 2 }), ntAsgd({ interval: 2 })];
      const found = losses.slice(0, cut).map((loss) => before.observe(loss));
      after.state = decode(encode(before.state), after.state).tree;
      return [...found, ...losses.slice(cut).map((loss) => after.observe(loss))].indexOf(true);
    });
    expect(new Set(at)).toEqual(new Set([plain(losses, 2)]));
  });

  test("an interval that counts nothing is refused", () => {
    expect(() => ntAsgd({ interval: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[UnrollError: ntAsgd: interval: 0 is not a whole number above 0.]`,
    );
  });
});
