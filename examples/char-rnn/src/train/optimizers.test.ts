import { compile, constant, evaluate, tensor, type Value } from "@unroll/core";
import { applyUpdates, type Memory } from "@unroll/optim";
import { describe, expect, test } from "vitest";
import { optimizerNames, optimizerOf, type OptimizerOptions } from "./optimizers.ts";
import { plateauOf, rateOf, scheduleNames, type ScheduleName, type ScheduleOptions } from "./schedules.ts";

const standard: OptimizerOptions = {
  optimizer: "sgd",
  momentum: undefined,
  rmspropDecay: undefined,
  weightDecay: 0,
  clip: 5,
  clipBy: "value",
};

/** The update of two parameters that are 1 and 2, for some gradient. */
function updateOf(options: Partial<OptimizerOptions>, gradient: readonly number[], rate = 0.1): number[] {
  const optimizer = optimizerOf({ ...standard, ...options }, rate);
  const params = { w: tensor([1, 2]) };
  const step = compile((w: Value, g: Value, memory: Memory) => {
    const [updates, after] = optimizer.update({ w: g }, memory, { w });
    return { dw: updates.w, w: applyUpdates({ w }, updates).w, after };
  });
  return [...step(params.w, tensor([...gradient]), optimizer.init(params)).dw.data];
}

describe("optimisers", () => {
  test.each(optimizerNames)("%s goes downhill", (optimizer) => {
    const [up, down] = updateOf({ optimizer }, [3, -3]);
    expect(up).toBeLessThan(0);
    expect(down).toBeGreaterThan(0);
  });

  const close = (found: readonly number[], expected: readonly number[]): void =>
    expected.forEach((x, i) => expect(found[i]).toBeCloseTo(x, 6));

  test("gradients are clipped by value, by norm, or not at all", () => {
    close(updateOf({}, [30, -4]), [-0.5, 0.4]);
    close(updateOf({ clipBy: "norm" }, [30, -40]), [-0.3, 0.4]);
    close(updateOf({ clip: 0 }, [30, -40]), [-3, 4]);
  });

  test("weights decay as a penalty, and past the averages of adamw", () => {
    close(updateOf({ weightDecay: 0.5 }, [1, 1]), [-0.15, -0.2]);
    // Adam's first update is the rate; the decay is 0.1 * 0.5 * w.
    close(updateOf({ optimizer: "adamw", weightDecay: 0.5 }, [1, 1]), [-0.1 - 0.05, -0.1 - 0.1]);
  });

  test("rmsprop's first update is rate / sqrt(1 - decay)", () => {
    close(updateOf({ optimizer: "rmsprop", rmspropDecay: 0.75 }, [1, -2]), [-0.2, 0.2]);
  });

  test("an option that does nothing is refused", () => {
    expect(() => updateOf({ optimizer: "adam", momentum: 0.9 }, [1, 1])).toThrow(
      "--momentum: adam makes no use of it.",
    );
    expect(() => updateOf({ rmspropDecay: 0.9 }, [1, 1])).toThrow("--rmsprop-decay: sgd makes no use of it.");
  });
});

describe("schedules", () => {
  const options: ScheduleOptions = {
    learningRate: 8,
    schedule: "constant",
    decay: undefined,
    decayEvery: undefined,
    decayAfter: undefined,
    warmUp: 0,
  };
  const rates = (more: Partial<ScheduleOptions>, steps: readonly number[]): number[] => {
    const rate = rateOf({ ...options, ...more }, { batches: 10, steps: 100 });
    return steps.map((step) =>
      typeof rate === "number" ? rate : evaluate(rate(constant(tensor(step, { dtype: "f64" })))).data[0]!,
    );
  };

  test.each<[ScheduleName, Partial<ScheduleOptions>, readonly number[], readonly number[]]>([
    ["constant", {}, [0, 99], [8, 8]],
    ["exponential", { decay: 0.5, decayAfter: 2 }, [0, 19, 20, 30], [8, 8, 4, 2]],
    ["step", { decay: 0.5, decayEvery: 2 }, [0, 19, 20, 40], [8, 8, 4, 2]],
    ["inverse-time", { decay: 1 }, [0, 10, 30], [8, 4, 2]],
    ["linear", {}, [0, 50, 100], [8, 4, 0]],
    ["cosine", {}, [0, 50, 100], [8, 4, 0]],
    ["cosine-restarts", {}, [0, 5, 10, 20], [8, 4, 8, 4]],
    ["plateau", {}, [0, 99], [8, 8]],
  ])("%s", (schedule, more, steps, expected) => {
    rates({ schedule, ...more }, steps).forEach((rate, i) => expect(rate).toBeCloseTo(expected[i]!, 10));
  });

  test("one-cycle rises and falls", () => {
    const [first, top, last] = rates({ schedule: "one-cycle" }, [0, 29, 99]);
    expect(top).toBeCloseTo(8, 10);
    expect(first).toBeCloseTo(8 / 25, 10);
    expect(last).toBeLessThan(1e-3);
  });

  test("any of them may warm up", () => {
    for (const schedule of scheduleNames) expect(rates({ schedule, warmUp: 4 }, [0])[0]).toBeLessThan(8);
    expect(rates({ warmUp: 4 }, [0, 1, 3, 9])).toEqual([2, 4, 8, 8]);
  });

  test("a plateau lowers the factor of all updates", () => {
    const plateau = plateauOf({ ...options, schedule: "plateau", decay: 0.25, decayAfter: 1 })!;
    expect([2, 1, 1.5, 1.5, 0.5].map((loss) => plateau.observe(loss))).toEqual([1, 1, 1, 0.25, 0.25]);
    expect(plateauOf(options)).toBeUndefined();
  });

  test("what makes no sense is refused", () => {
    const without = (schedule: ScheduleName) => () =>
      rateOf({ ...options, schedule }, { batches: 10, steps: undefined });
    expect(without("cosine")).toThrow(
      "--schedule cosine: it has to know where the run ends. Give --steps or --epochs.",
    );
    expect(() => rates({ decay: 0.5 }, [0])).toThrow('--decay: the schedule "constant" makes no use of it.');
    expect(() => rates({ schedule: "cosine", decayEvery: 2 }, [0])).toThrow("--decay-every: the schedule");
  });
});
