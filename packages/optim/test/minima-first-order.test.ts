/** First-order methods come below a loss of 1e-3 within steps that were measured, and no more than a tenth is spare. */
import { describe, expect, test } from "vitest";
import * as optim from "../src/index.ts";
import type { Rate, Transform } from "../src/index.ts";
import { stepsTo } from "./steps-to.ts";
import { surfaces } from "./surfaces.ts";

const { cosine, polynomial } = optim;

/** Rates, and the steps that were measured, for Rosenbrock, Beale and the ill-conditioned quadratic. */
type Row = readonly [
  name: string,
  make: (learningRate: Rate) => Transform,
  rates: readonly [Rate, Rate, Rate],
  steps: readonly [number, number, number],
];

const falling = (rate: number): Rate => polynomial({ rate, steps: 2000 });

const rows: readonly Row[] = [
  ["sgd", (r) => optim.sgd({ learningRate: r }), [0.002, 0.05, 0.0019], [3232, 111, 2212]],
  ["momentum", (r) => optim.sgd({ learningRate: r, momentum: 0.9 }), [0.002, 0.02, 0.002], [365, 74, 172]],
  [
    "Nesterov",
    (r) => optim.sgd({ learningRate: r, momentum: 0.9, nesterov: true }),
    [0.001, 0.01, 0.001],
    [604, 26, 390],
  ],
  ["asgd", (r) => optim.asgd({ learningRate: r, lambda: 1e-6 }), [0.002, 0.05, 0.0019], [3232, 111, 2216]],
  ["adagrad", (r) => optim.adagrad({ learningRate: r }), [1, 1, 1], [2949, 49, 15]],
  [
    "adadelta",
    (r) => optim.adadelta({ learningRate: r, epsilon: 1e-4 }),
    [cosine({ rate: 0.1, steps: 5000 }), 1, 5],
    [3534, 110, 47],
  ],
  [
    "adafactor",
    (r) => optim.adafactor({ learningRate: r }),
    [cosine({ rate: 0.05, steps: 5000 }), 0.1, 1],
    [3456, 52, 80],
  ],
  ["adam", (r) => optim.adam({ learningRate: r }), [1, 0.2, 0.2], [311, 48, 95]],
  ["amsgrad", (r) => optim.adam({ learningRate: r, amsgrad: true }), [1, 0.2, 0.2], [329, 48, 95]],
  ["adamw", (r) => optim.adamw({ learningRate: r, weightDecay: 1e-5 }), [1, 0.2, 0.2], [312, 48, 95]],
  ["adamax", (r) => optim.adamax({ learningRate: r }), [1, 0.5, 1], [1064, 46, 79]],
  ["nadam", (r) => optim.nadam({ learningRate: r }), [0.02, 0.5, 0.5], [1931, 24, 29]],
  // Its first steps are as long as the gradient, and Rosenbrock's is 230.
  [
    "radam",
    (r) => optim.chain(optim.clipNorm(1), optim.radam({ learningRate: r })),
    [0.2, 1, 0.2],
    [112, 22, 139],
  ],
  [
    "rmsprop",
    (r) => optim.rmsprop({ learningRate: r }),
    [polynomial({ rate: 0.01, steps: 3000 }), 0.1, 1],
    [2501, 44, 6],
  ],
  [
    "rmsprop, centred, with momentum",
    (r) => optim.rmsprop({ learningRate: r, centred: true, momentum: 0.5 }),
    [0.01, 0.1, 0.05],
    [994, 22, 15],
  ],
  ["rprop", (r) => optim.rprop({ stepSize: r as number }), [0.002, 0.5, 1], [1393, 19, 18]],
  [
    "lion",
    (r) => optim.lion({ learningRate: r }),
    [falling(0.01), falling(0.5), falling(0.05)],
    [313, 39, 132],
  ],
  [
    "lamb",
    (r) => optim.lamb({ learningRate: r, weightDecay: 0 }),
    [falling(0.05), falling(0.02), falling(0.2)],
    [1815, 78, 85],
  ],
  ["lookahead", (r) => optim.lookahead(optim.adam({ learningRate: r })), [0.5, 0.5, 1], [572, 33, 45]],
];

describe.each(surfaces.map((surface, i) => [surface.name, surface, i] as const))("%s", (_, surface, i) => {
  test.each(rows)("%s", (_name, make, rates, steps) => {
    const most = Math.ceil(1.1 * steps[i]!);
    expect(stepsTo(make(rates[i]!), surface, 1e-3, most)).toBeLessThanOrEqual(most);
  });
});
