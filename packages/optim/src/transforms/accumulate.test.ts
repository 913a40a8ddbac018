import { expect, test } from "vitest";
import { f64, follow, numbers } from "../../test/train.ts";
import { adam } from "../first-order/adam.ts";
import { sgd } from "../first-order/sgd.ts";
import { exponential } from "../schedules/exponential.ts";
import { chain } from "../transform.ts";
import { accumulate } from "./accumulate.ts";
import { clipNorm } from "./clip.ts";
import { gradientNoise } from "./gradient-noise.ts";

const rows = [3, 5, -1, 7, 2, 4].map((g) => ({ x: f64([g, 1]) }));
const start = { x: f64([10, 10]) };

test("the optimiser steps once in k, on the mean", () => {
  const updates = follow(accumulate(2, sgd({ learningRate: 1 })), start, rows).map((step) =>
    numbers(step.updates),
  );
  expect(updates).toEqual([
    [0, 0],
    [-4, -1],
    [0, 0],
    [-3, -1],
    [0, 0],
    [-3, -1],
  ]);
});

test("it is the optimiser on batches k times as large, its schedule and its clipping too", () => {
  const learningRate = exponential({ rate: 1, decay: 0.5, every: 1 });
  const optimizer = chain(clipNorm(3), gradientNoise({ seed: 1 }), adam({ learningRate }));
  const means = [4, 3, 3].map((g) => ({ x: f64([g, 1]) }));
  const whole = follow(optimizer, start, means).map(({ params }) => numbers(params));
  const parts = follow(accumulate(2, optimizer), start, rows).map(({ params }) => numbers(params));
  expect([parts[1], parts[3], parts[5]]).toEqual(whole);
  expect([parts[0], parts[2], parts[4]]).toEqual([[10, 10], whole[0], whole[1]]);
});

test("the rest of an interrupted sum is in the memory", () => {
  const optimizer = accumulate(3, sgd({ learningRate: 1, momentum: 0.5 }));
  const whole = follow(optimizer, start, rows);
  const rest = follow(optimizer, whole[1]!.params, rows.slice(2), whole[1]!.memory);
  expect(rest.map((step) => numbers(step))).toEqual(whole.slice(2).map((step) => numbers(step)));
});

test("a number of steps that counts nothing is refused", () => {
  expect(() => accumulate(0, sgd({ learningRate: 1 }))).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: accumulate: k: 0 is not a whole number above 0.]`,
  );
});
