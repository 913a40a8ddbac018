import { add, constant, full, sign, tensor } from "@unroll/core";
import { describe, expect, test } from "vitest";
import { f64, follow, numbers } from "../test/train.ts";
import { adam } from "./first-order/adam.ts";
import { descent } from "./descent.ts";
import type { Rate } from "./rate.ts";
import { exponential } from "./schedules/exponential.ts";
import { sgd } from "./first-order/sgd.ts";

describe("an optimiser of one's own", () => {
  test("is a rule for one leaf", () => {
    const signDescent = (learningRate: Rate) =>
      descent("signDescent", { learningRate, remembers: {}, at: () => (g) => [sign(g), {}] });
    const [step] = follow(signDescent(0.5), { x: f64([1, 1, 1]) }, [{ x: f64([7, 0, -9]) }]);
    expect(numbers(step!.params)).toEqual([0.5, 1, 1.5]);
  });

  test("remembers trees that start from its numbers, and counts steps from 1", () => {
    const optimizer = descent("sums", {
      learningRate: 1,
      remembers: { total: 10, steps: 0 },
      at(step) {
        return (g, { total, steps }, x) => [x, { total: add(total, g), steps: add(steps, step) }];
      },
    });
    const grads = { a: f64([1, 2]), b: tensor(3) };
    const [, , third] = follow(optimizer, grads, [grads, grads, grads]);
    expect(third!.memory).toMatchObject({ step: { type: { dtype: "i32", shape: [] } } });
    expect(numbers(third!.memory)).toEqual([3, 6, 6, 6, 13, 16, 19]);
    expect(numbers(third!.params)).toEqual([0, 0, 0]);
  });
});

test("a run goes on with another schedule, and keeps its moments and its count", () => {
  const grads = { x: f64([3]) };
  const [, two] = follow(adam({ learningRate: 1 }), grads, [grads, grads]);
  const halved = adam({ learningRate: exponential({ rate: 1, decay: 0.5, every: 1 }) });
  const [third] = follow(halved, two!.params, [grads], two!.memory);
  expect(numbers(third!.updates)[0]).toBeCloseTo(-0.25, 8);
  expect(numbers(third!.memory["step"])).toEqual([3]);
});

describe("memory is made of tensors", () => {
  test("in the types of the parameters", () => {
    const { mean } = adam({ learningRate: 1 }).init({ w: [tensor([[1, 2]]), f64(3)] });
    expect(mean).toMatchObject({
      w: [{ type: { dtype: "f32", shape: [1, 2] } }, { type: { dtype: "f64", shape: [] } }],
    });
    expect(numbers(mean)).toEqual([0, 0, 0]);
  });

  test("other leaves are refused", () => {
    const { init } = sgd({ learningRate: 1, momentum: 0.5 });
    expect(() => init({ x: full(0, { dtype: "f32", shape: [] }) })).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: sgd: x is a value, not a Tensor.
      Memory is made before the graph: pass the tensors that init(spec, seed) gave.]
    `);
    expect(() => init({ x: { "~leaf": "param" } })).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: sgd: x is a param, not a Tensor.
      Memory is made before the graph: pass the tensors that init(spec, seed) gave.]
    `);
    expect(() => init({ x: tensor(0, { dtype: "i32" }) })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: sgd: x is i32[]; only floats are trained.]`,
    );
  });
});

describe("what does not fit is refused", () => {
  const { update } = sgd({ learningRate: 1, momentum: 0.5 });
  const x = constant(f64(0));
  const [wx, wh, b] = [x, x, x];
  const velocity = { rnn: { wx, wh, b } };

  test("memory of other parameters", () => {
    expect(() => update({ bias: x }, { step: x, velocity }, { bias: x })).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: sgd: memory has rnn.b, rnn.wh, rnn.wx; the gradients have bias.]`,
    );
    expect(() => update(x, { step: x, velocity }, x)).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: sgd: memory has rnn.b, rnn.wh, rnn.wx; the gradients have a single leaf.]`,
    );
    const less = { rnn: { wx, wh } };
    expect(() => update(less, { step: x, velocity }, less)).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: sgd: memory has rnn.b, which the gradients have not.]`,
    );
    const more = { ...velocity, bias: x };
    expect(() => update(more, { step: x, velocity }, more)).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: sgd: the gradients have bias, which memory has not.]`,
    );
    const many = Array.from({ length: 7 }, () => x);
    expect(() => update(many, { step: x, velocity: { x } }, many)).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: sgd: memory has x; the gradients have [0], [1], [2], [3], [4] (and 2 more).]`,
    );
  });

  test("memory of other types", () => {
    const wide = constant(f64([1, 2]));
    expect(() =>
      update({ x: wide }, { step: x, velocity: { x } }, { x: wide }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: sgd: memory has x f64[]; the gradients have f64[2] there.]`,
    );
  });

  test("memory of another optimiser", () => {
    const memory = { step: x, mean: x, meanSquare: x };
    expect(() => update(x, memory, x)).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: sgd: memory is { mean, meanSquare, step } and should be { step, velocity }.
      A transform is given the memory that its init made, or that its last update returned.]
    `);
  });

  test("parameters that are not those of the gradients", () => {
    expect(() =>
      update<unknown>({ x }, { step: x, velocity: { x } }, { y: x }),
    ).toThrowErrorMatchingInlineSnapshot(`[TreeError: sgd: the gradients have x; the parameters have y.]`);
  });
});
