import { tensor } from "@unroll/core";
import { expect, test } from "vitest";
import { f64, follow, numbers } from "../../test/train.ts";
import { gradientNoise } from "./gradient-noise.ts";

const zeros = { a: tensor(new Float64Array(20_000)), b: f64([0, 0]) };

test("the noise has the mean 0 and the variance of the step", () => {
  const steps = follow(gradientNoise({ seed: 1, variance: 0.25, decay: 1 }), zeros, [
    zeros,
    zeros,
    zeros,
    zeros,
  ]);
  for (const [i, { updates }] of steps.entries()) {
    const noise = numbers(updates["a"]);
    const variance = 0.25 / (i + 1);
    const mean = noise.reduce((a, b) => a + b) / noise.length;
    const found = noise.reduce((a, b) => a + b * b, 0) / noise.length;
    // Four standard errors: of the mean sqrt(v / n), of the variance v sqrt(2 / n).
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(variance / noise.length));
    expect(Math.abs(found - variance)).toBeLessThan(4 * variance * Math.sqrt(2 / noise.length));
  }
});

test("leaves and steps have noise of their own, which the seed decides", () => {
  const small = { a: f64([0, 0]), b: f64([0, 0]) };
  const draw = (seed: number): number[] =>
    follow(gradientNoise({ seed }), small, [small, small]).flatMap(({ updates }) => numbers(updates));
  expect(new Set(draw(1)).size).toBe(8);
  expect(draw(1)).toEqual(draw(1));
  expect(draw(2)).not.toEqual(draw(1));
});

test("a resumed run draws what the whole one does", () => {
  const small = { a: f64([0, 0]) };
  const optimizer = gradientNoise({ seed: 3 });
  const whole = follow(optimizer, small, [small, small, small]);
  const rest = follow(optimizer, small, [small, small], whole[0]!.memory);
  expect(rest.map(({ updates }) => numbers(updates))).toEqual(
    whole.slice(1).map(({ updates }) => numbers(updates)),
  );
});

test("options out of range are refused by name", () => {
  expect(() => gradientNoise({ seed: 0.5 })).toThrowErrorMatchingInlineSnapshot(`
    [KeyError: randomKey: 0.5 is no seed.
    A seed is a whole number of at most 53 bits.]
  `);
  expect(() => gradientNoise({ seed: 1, variance: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: gradientNoise: variance: -1 is not in [0, Infinity).]`,
  );
});
