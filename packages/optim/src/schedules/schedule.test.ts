import { constant, evaluate, full, tensor, type DType } from "@unroll/core";
import { describe, expect, test } from "vitest";
import { f64, follow, numbers } from "../../test/train.ts";
import type { Schedule } from "../rate.ts";
import { constantRate } from "./constant-rate.ts";
import { cosine } from "./cosine.ts";
import { exponential } from "./exponential.ts";
import { cosineRestarts } from "./cosine-restarts.ts";
import { inverseTime } from "./inverse-time.ts";
import { join } from "./join.ts";
import { multiStep, stepDecay } from "./multi-step.ts";
import { oneCycle } from "./one-cycle.ts";
import { polynomial } from "./polynomial.ts";
import { warmUp } from "./warm-up.ts";
import { sgd } from "../first-order/sgd.ts";

/** The rates at some steps. */
const rates = (schedule: Schedule, steps: readonly number[], dtype: DType = "f64"): number[] =>
  evaluate(steps.map((step) => schedule(constant(tensor(step, { dtype }))))).map(({ data }) => data[0]!);

describe("exponential", () => {
  test("the rate falls at the end of every period", () => {
    const schedule = exponential({ rate: 8, decay: 0.5, every: 10 });
    expect(rates(schedule, [0, 9, 10, 19, 20, 30])).toEqual([8, 8, 4, 4, 2, 1]);
  });

  test("it is char-rnn's: the tenth epoch is the last at the full rate", () => {
    const every = 423;
    const schedule = exponential({ rate: 2e-3, decay: 0.97, every, after: 10 });
    const [first, tenth, eleventh, twelfth] = rates(schedule, [0, 10 * every - 1, 10 * every, 11 * every]);
    expect([first, tenth]).toEqual([2e-3, 2e-3]);
    expect(eleventh).toBeCloseTo(2e-3 * 0.97, 15);
    expect(twelfth).toBeCloseTo(2e-3 * 0.97 ** 2, 15);
  });

  test("in f32 no period is a step late, however many there are", () => {
    const schedule = exponential({ rate: 1, decay: 0.999, every: 423 });
    for (const epoch of [1, 7, 1000, 20_000]) {
      const [before, at] = rates(schedule, [epoch * 423 - 1, epoch * 423], "f32");
      expect(at! / before!).toBeCloseTo(0.999, 5);
    }
  });
});

describe("warmUp", () => {
  test("the rate rises in equal steps and stays", () => {
    expect(rates(warmUp(4, 8), [0, 1, 2, 3, 4, 100])).toEqual([2, 4, 6, 8, 8, 8]);
  });

  test("the schedule after it counts from its end", () => {
    const schedule = warmUp(4, exponential({ rate: 8, decay: 0.5, every: 10 }));
    expect(rates(schedule, [0, 3, 4, 13, 14, 24])).toEqual([2, 8, 8, 8, 4, 2]);
  });
});

describe("cosine", () => {
  test("the rate is half way at half time, and stays at the floor", () => {
    const found = rates(cosine({ rate: 3, steps: 100, floor: 1 }), [0, 50, 100, 1000]);
    found.forEach((n, i) => expect(n).toBeCloseTo([3, 2, 1, 1][i]!, 14));
  });

  test("the floor is 0 by default", () => {
    expect(rates(cosine({ rate: 3, steps: 100 }), [100])[0]).toBeCloseTo(0, 14);
  });
});

test("inverseTime is Torch7's learningRateDecay", () => {
  expect(rates(inverseTime({ rate: 8, decay: 0.5 }), [0, 2, 6])).toEqual([8, 4, 2]);
});

test("stepDecay and multiStep fall at their steps and not before", () => {
  expect(rates(stepDecay({ rate: 8, every: 3, factor: 0.5 }), [0, 2, 3, 5, 6])).toEqual([8, 8, 4, 4, 2]);
  expect(rates(multiStep({ rate: 8, at: [2, 5], factor: 0.5 }), [0, 1, 2, 4, 5, 99])).toEqual([
    8, 8, 4, 4, 2, 2,
  ]);
});

test("polynomial falls as a power of what is left", () => {
  expect(rates(polynomial({ rate: 9, steps: 4, floor: 1 }), [0, 1, 4, 9])).toEqual([9, 7, 1, 1]);
  expect(rates(polynomial({ rate: 8, steps: 4, power: 2 }), [0, 2, 4])).toEqual([8, 2, 0]);
});

describe("cosineRestarts", () => {
  /** The paper's equation, period by period. */
  const plain = (step: number, rate: number, low: number, steps: number, growth: number): number => {
    let [begin, length] = [0, steps];
    while (step >= begin + length) [begin, length] = [begin + length, length * growth];
    return low + ((rate - low) / 2) * (1 + Math.cos((Math.PI * (step - begin)) / length));
  };

  test.each([1, 2, 3])("periods that grow by %i are found to the step, in f32 too", (growth) => {
    const schedule = cosineRestarts({ rate: 3, steps: 7, growth, floor: 1 });
    const steps = [...Array(60).keys(), 7 * 2 ** 15 - 8, 7 * 2 ** 15 - 7, 7 * 2 ** 15];
    rates(schedule, steps).forEach((n, i) => expect(n).toBeCloseTo(plain(steps[i]!, 3, 1, 7, growth), 12));
    rates(schedule, steps, "f32").forEach((n, i) =>
      expect(n).toBeCloseTo(plain(steps[i]!, 3, 1, 7, growth), 5),
    );
  });
});

describe("oneCycle", () => {
  test("it is PyTorch's: up in 30 steps of 100, down in 70, from a 25th to a 250 000th", () => {
    const found = rates(oneCycle({ rate: 1, steps: 100 }), [0, 14.5, 29, 64, 99, 500]);
    const expected = [0.04, 0.52, 1, (1 + 4e-6) / 2, 4e-6, 4e-6];
    found.forEach((n, i) => expect(n).toBeCloseTo(expected[i]!, 14));
  });

  test("a cycle too short to rise starts at the top", () => {
    expect(rates(oneCycle({ rate: 1, steps: 2 }), [0, 1]).map((n) => n.toFixed(6))).toEqual([
      "1.000000",
      "0.000004",
    ]);
  });
});

test("join lets each schedule count its own steps", () => {
  const schedule = join([warmUp(2, 8), exponential({ rate: 8, decay: 0.5, every: 2 }), 1], [2, 6]);
  expect(rates(schedule, [0, 1, 2, 3, 4, 5, 6, 99])).toEqual([4, 8, 8, 8, 4, 4, 1, 1]);
  expect(rates(join([3], []), [0, 5])).toEqual([3, 3]);
});

test("a constant rate is that at every step", () => {
  expect(rates(constantRate(0.5), [0, 1000])).toEqual([0.5, 0.5]);
});

test("an optimiser gives its schedule the step in the dtype of each leaf", () => {
  const seen: string[] = [];
  const learningRate: Schedule = (step) => {
    seen.push(step.type.dtype);
    return constantRate(1)(step);
  };
  const params = { a: tensor([1]), b: tensor([1]), c: f64([1]) };
  const [step] = follow(sgd({ learningRate }), params, [params]);
  expect(numbers(step!.updates)).toEqual([-1, -1, -1]);
  expect(seen).toEqual(["f32", "f64"]);
});

test("a rate of another dtype than the leaf is cast", () => {
  const params = { x: tensor([1]) };
  const learningRate = () => full(0.5, { dtype: "f64", shape: [] });
  expect(numbers(follow(sgd({ learningRate }), params, [params])[0]!.updates)).toEqual([-0.5]);
});

test("a schedule that gives no scalar is refused", () => {
  const params = { x: tensor([1]) };
  const wrong = (learningRate: Schedule) => () => follow(sgd({ learningRate }), params, [params]);
  expect(wrong(() => 0.5 as never)).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: sgd: the schedule gave no Value.
    Lift a number with full(rate, step.type).]
  `);
  expect(wrong((step) => full(1, { ...step.type, shape: [3] }))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: sgd: the schedule gave f32[3]; a rate is a scalar.]`,
  );
});

test("options out of range are refused by name", () => {
  const options = { rate: 1, decay: 0.5, every: 10 };
  expect(() => constantRate(-1)).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: constantRate: rate: -1 is not in [0, Infinity).]`,
  );
  expect(() => exponential({ ...options, rate: NaN })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: exponential: rate: NaN is not in [0, Infinity).]`,
  );
  expect(() => exponential({ ...options, decay: 1.1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: exponential: decay: 1.1 is not in (0, 1].]`,
  );
  expect(() => exponential({ ...options, every: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: exponential: every: 0 is not a whole number above 0.]`,
  );
  expect(() => exponential({ ...options, after: 2.5 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: exponential: after: 2.5 is not a whole number above 0.]`,
  );
  expect(() => warmUp(0, 1)).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: warmUp: steps: 0 is not a whole number above 0.]`,
  );
  expect(() => warmUp(10, -1)).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: warmUp: then: -1 is not in [0, Infinity).]`,
  );
  expect(() => multiStep({ rate: 1, at: [5, 5] })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: multiStep: at: [5, 5] is no list of rising whole numbers above 0.]`,
  );
  expect(() => join([1, 2], [])).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: join: 2 rates and 0 steps to change at.
    Between n rates there are n - 1 changes.]
  `);
  expect(() => oneCycle({ rate: 1, steps: 9, rising: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: oneCycle: rising: 1 is not in (0, 1).]`,
  );
  expect(() => cosineRestarts({ rate: 1, steps: 9, growth: 1.5 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: cosineRestarts: growth: 1.5 is not a whole number above 0.]`,
  );
  expect(() => polynomial({ rate: 1, steps: 9, power: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: polynomial: power: 0 is not in (0, Infinity).]`,
  );
  expect(() => inverseTime({ rate: 1, decay: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: inverseTime: decay: -1 is not in [0, Infinity).]`,
  );
  expect(() => stepDecay({ rate: 1, every: 9, factor: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: stepDecay: factor: 2 is not in (0, 1].]`,
  );
  expect(() => cosine({ rate: 1, steps: -5 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: cosine: steps: -5 is not a whole number above 0.]`,
  );
  expect(() => cosine({ rate: 1, steps: 5, floor: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: cosine: floor: -1 is not in [0, Infinity).]`,
  );
});
