/** Paths and rates that PyTorch gave, recorded by pytorch.py. */
import { readFileSync } from "node:fs";
import { constant, evaluate, type Value } from "@unroll/core";
import { describe, expect, test } from "vitest";
import * as optim from "../src/index.ts";
import { startOf, rosenbrock } from "./surfaces.ts";
import { f64, minimise, numbers } from "./train.ts";

interface Recorded {
  readonly steps: readonly number[];
  readonly paths: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly rates: Readonly<Record<string, readonly number[]>>;
  readonly plateau: { readonly metrics: readonly number[]; readonly rates: readonly number[] };
}

const recorded = JSON.parse(readFileSync(new URL("pytorch.json", import.meta.url), "utf8")) as Recorded;
const { adadelta, adafactor, adagrad, adam, adamax, adamw, asgd, chain, nadam, radam, rmsprop, rprop, sgd } =
  optim;

/** The same methods by our names. What isn't said is the default on both sides. */
const optimizers: Readonly<Record<string, optim.Transform>> = {
  sgd: sgd({ learningRate: 1e-3 }),
  "sgd momentum": sgd({ learningRate: 1e-4, momentum: 0.9 }),
  "sgd dampening": sgd({ learningRate: 1e-3, momentum: 0.9, dampening: 0.5 }),
  "sgd nesterov": sgd({ learningRate: 1e-4, momentum: 0.9, nesterov: true }),
  "sgd L2": chain(optim.weightDecay({ decay: 0.1 }), sgd({ learningRate: 1e-3 })),
  asgd: asgd({ learningRate: 1e-3, lambda: 0.1 }),
  adagrad: adagrad({ learningRate: 0.1 }),
  "adagrad start": adagrad({ learningRate: 0.1, start: 0.5 }),
  adadelta: adadelta(),
  adam: adam({ learningRate: 0.01 }),
  "adam amsgrad": adam({ learningRate: 0.1, beta1: 0.5, beta2: 0.6, amsgrad: true }),
  "adam L2": chain(optim.weightDecay({ decay: 0.1 }), adam({ learningRate: 0.01 })),
  adamw: adamw({ learningRate: 0.01 }),
  adamax: adamax({ learningRate: 0.01 }),
  nadam: nadam({ learningRate: 0.01 }),
  radam: radam({ learningRate: 1e-3 }),
  rmsprop: rmsprop({ learningRate: 1e-3 }),
  "rmsprop centred": rmsprop({ learningRate: 1e-3, centred: true }),
  "rmsprop momentum": rmsprop({ learningRate: 1e-4, momentum: 0.9 }),
  rprop: rprop({ stepSize: 0.01 }),
  adafactor: adafactor(),
};

describe("a hundred steps down Rosenbrock's function are PyTorch's", () => {
  test("all of those that were recorded", () => {
    expect(Object.keys(optimizers).sort()).toEqual(Object.keys(recorded.paths).sort());
  });

  test.each(Object.entries(recorded.paths))("%s", (name, path) => {
    const found = minimise(optimizers[name]!, startOf(rosenbrock), rosenbrock.loss, recorded.steps.at(-1)!);
    recorded.steps.forEach((step, i) => {
      numbers(found[step - 1]).forEach((n, k) => {
        const expected = path[i]![k]!;
        expect(Math.abs(n - expected), `step ${step}: ${n} is not ${expected}`).toBeLessThan(1e-10);
      });
    });
  });
});

const schedules: Readonly<Record<string, optim.Schedule>> = {
  step: optim.stepDecay({ rate: 1, every: 7, factor: 0.5 }),
  "multi-step": optim.multiStep({ rate: 1, at: [5, 11, 30], factor: 0.5 }),
  exponential: optim.exponential({ rate: 1, decay: 0.9, every: 1 }),
  polynomial: optim.polynomial({ rate: 1, steps: 20, power: 2 }),
  cosine: optim.cosine({ rate: 1, steps: 60, floor: 0.1 }),
  restarts: optim.cosineRestarts({ rate: 1, steps: 5, growth: 2, floor: 0.1 }),
  "one cycle": optim.oneCycle({ rate: 1, steps: 40 }),
};

describe("forty rates are PyTorch's", () => {
  test.each(Object.entries(recorded.rates))("%s", (name, rates) => {
    const found: Value[] = rates.map((_, step) => schedules[name]!(constant(f64(step))));
    evaluate(found).forEach((rate, step) => expect(rate.data[0]).toBeCloseTo(rates[step]!, 13));
  });

  test("on a plateau", () => {
    const plateau = optim.reduceOnPlateau({ rate: 1, factor: 0.5, patience: 2, cooldown: 2, floor: 0.01 });
    const found = recorded.plateau.metrics.map((metric) => plateau.observe(metric));
    expect(found).toEqual(recorded.plateau.rates);
    expect(new Set(found).size).toBeGreaterThan(3);
  });
});
