import { compile, constant, tensor, type Value } from "@unroll/core";
import { describe, expect, test } from "vitest";
import { f64, follow, numbers } from "../../test/train.ts";
import { adam } from "../first-order/adam.ts";
import { sgd } from "../first-order/sgd.ts";
import type { Memory } from "../memory.ts";
import { chain } from "../transform.ts";
import { clipNorm } from "./clip.ts";
import { lossScaling, scaleLoss } from "./loss-scaling.ts";
import { skipNonFinite } from "./skip-non-finite.ts";

const of = (...rows: readonly (readonly number[])[]) => rows.map((row) => ({ x: f64(row) }));

describe("skipNonFinite", () => {
  test("bad gradients change nothing but the counts", () => {
    const inner = chain(clipNorm(5), adam({ learningRate: 0.1 }));
    const grads = of([1, 2], [NaN, 2], [Infinity, 0], [3, -1], [0, -Infinity]);
    const steps = follow(skipNonFinite(inner), { x: f64([5, 6]) }, grads);
    const good = follow(inner, { x: f64([5, 6]) }, of([1, 2], [3, -1]));
    const params = steps.map((step) => numbers(step.params));
    const [first, second] = good.map((step) => numbers(step.params));
    expect(params).toEqual([first, first, first, second, second]);
    const counts = steps.map(({ memory }) => [...numbers(memory["skipped"]), ...numbers(memory["inARow"])]);
    expect(counts).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [2, 0],
      [3, 1],
    ]);
    expect(numbers(steps.at(-1)!.memory["optimizer"])).toEqual(numbers(good.at(-1)!.memory));
  });

  test("finite gradients whose update overflows are skipped too", () => {
    const grads = { x: tensor([1e38]) };
    const [step] = follow(skipNonFinite(sgd({ learningRate: 100 })), grads, [grads]);
    expect(numbers(step!.updates)).toEqual([0]);
    expect(numbers(step!.memory["skipped"])).toEqual([1]);
  });
});

describe("lossScaling", () => {
  test("gradients are divided by the scale that the loss was multiplied by", () => {
    const optimizer = lossScaling(sgd({ learningRate: 1 }), { start: 8 });
    const memory = optimizer.init(f64(0));
    const scaled = compile((m: Memory, loss: Value) => scaleLoss(loss, m));
    expect(scaled(memory, f64(3)).data[0]).toBe(24);
    expect(numbers(follow(optimizer, { x: f64([0]) }, of([24]))[0]!.updates)).toEqual([-3]);
  });

  test("a bad step is skipped and halves the scale, and good ones in a row double it", () => {
    const optimizer = lossScaling(sgd({ learningRate: 1, momentum: 0.5 }), { start: 8, every: 2 });
    const steps = follow(optimizer, { x: f64([0]) }, of([8], [NaN], [4], [4], [8], [8]));
    const [scales, skipped, updates] = ["scale", "skipped"]
      .map((name) => steps.map(({ memory }) => numbers(memory[name])[0]))
      .concat([steps.map((step) => numbers(step.updates)[0])]);
    expect(scales).toEqual([8, 4, 4, 8, 8, 16]);
    expect(skipped).toEqual([0, 1, 1, 1, 1, 1]);
    expect(updates).toEqual([-1, 0, -1.5, -1.75, -1.875, -1.9375]);
  });

  test("the scale neither vanishes nor becomes infinite", () => {
    const few = (start: number, grads: readonly number[]) =>
      follow(
        lossScaling(sgd({ learningRate: 1 }), { start, every: 1 }),
        { x: f64([0]) },
        of(...grads.map((g) => [g])),
      ).map(({ memory }) => numbers(memory["scale"])[0]);
    expect(few(2, [NaN, NaN, NaN])).toEqual([1, 1, 1]);
    expect(few(2 ** 99, [1, 1, 1])).toEqual([2 ** 100, 2 ** 100, 2 ** 100]);
  });

  test("options out of range, and the memory of another, are refused", () => {
    expect(() => lossScaling(sgd({ learningRate: 1 }), { growth: 0.5 })).toThrowErrorMatchingInlineSnapshot(
      `[UnrollError: lossScaling: growth: 0.5 is not in [1, Infinity).]`,
    );
    expect(() => scaleLoss(constant(f64(1)), {})).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: scaleLoss: memory is {} and should be { good, optimizer, scale, skipped }.
      A transform is given the memory that its init made, or that its last update returned.]
    `);
  });
});
