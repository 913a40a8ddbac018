import {
  constant,
  evaluate,
  flatten,
  gradient,
  mul,
  square,
  stateful,
  sub,
  sum,
  tensor,
  type Value,
} from "@unroll/core";
import { describe, expect, test } from "vitest";
import { f64, follow, numbers } from "../test/train.ts";
import { clipNorm, clipValue } from "./transforms/clip.ts";
import type { Memory } from "./memory.ts";
import { rmsprop } from "./first-order/rmsprop.ts";
import { sgd } from "./first-order/sgd.ts";
import { applyUpdates, chain } from "./transform.ts";

describe("chain", () => {
  const grads = { x: f64([30, -40]) };

  test("each transform is given what the one before it made", () => {
    const steps = [
      chain(clipNorm(5), sgd({ learningRate: 2 })),
      chain(sgd({ learningRate: 2 }), clipNorm(5)),
      chain(),
    ].map((optimizer) => follow(optimizer, grads, [grads])[0]!);
    expect(steps.map(({ updates }) => numbers(updates))).toEqual([
      [-6, 8],
      [-3, 4],
      [30, -40],
    ]);
  });

  test("its memory holds that of each transform under its position", () => {
    const optimizer = chain(
      clipValue(5),
      rmsprop({ learningRate: 1 }),
      sgd({ learningRate: 1, momentum: 0.5 }),
    );
    const paths = (tree: unknown): string[] => flatten(tree).map(({ path }) => path);
    const expected = ["1.meanSquare.x", "1.step", "2.step", "2.velocity.x"];
    expect(paths(optimizer.init(grads))).toEqual(expected);
    expect(paths(follow(optimizer, grads, [grads])[0]!.memory)).toEqual(expected);
  });

  test("the memory of another chain is refused", () => {
    const x = constant(f64(0));
    const memory = { step: x };
    expect(() => chain(clipNorm(1), sgd({ learningRate: 1 })).update(x, memory, x))
      .toThrowErrorMatchingInlineSnapshot(`
      [TreeError: chain: memory is { step } and should be { 0, 1 }.
      A transform is given the memory that its init made, or that its last update returned.]
    `);
    expect(() => chain(sgd({ learningRate: 1 })).update(x, {}, x)).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: chain: memory is {} and should be { 0 }.
      A transform is given the memory that its init made, or that its last update returned.]
    `);
  });
});

describe("applyUpdates", () => {
  const params = { a: constant(f64([1, 2])), b: constant(tensor(10)) };
  const updates = { b: constant(tensor(4)), a: constant(f64([8, -8])) };

  test("updates are added, leaf by leaf", () => {
    expect(numbers(evaluate(applyUpdates(params, updates)))).toEqual([9, -6, 14]);
  });

  test("a scale multiplies them first, in the dtype of each leaf", () => {
    expect(numbers(evaluate(applyUpdates(params, updates, 0.5)))).toEqual([5, -2, 12]);
    expect(numbers(evaluate(applyUpdates(params, updates, constant(tensor(0.5)))))).toEqual([5, -2, 12]);
  });

  test("what does not fit is refused", () => {
    const { a, b } = params;
    expect(() => applyUpdates<unknown>(params, { a })).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: applyUpdates: the parameters have b, which the updates have not.]`,
    );
    expect(() => applyUpdates({ a }, { a: b })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: applyUpdates: the parameters have a f64[2]; the updates have f32[] there.]`,
    );
    expect(() => applyUpdates({ a }, { a }, a)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: applyUpdates: the scale is f64[2], not a scalar.]`,
    );
  });
});

test("a rate that comes in with the batch is not frozen", () => {
  const optimizer = sgd({ learningRate: 1 });
  const start = { params: f64(16), memory: optimizer.init(f64(16)) };
  const trainer = stateful(({ params, memory }: { params: Value; memory: Memory }, rate: Value) => {
    const [updates, next] = optimizer.update(params, memory, params);
    return [{ params: applyUpdates(params, updates, rate), memory: next }, {}];
  }, start);
  const path = [0.5, 0.25, 0].map((rate) => {
    trainer.step(tensor(rate));
    return numbers(trainer.state.params)[0];
  });
  expect(path).toEqual([8, 6, 6]);
  expect(trainer.compilations).toBe(1);
});

test("parts of a model have optimisers of their own, and the frozen part is not asked for", () => {
  interface Params {
    readonly embed: Value;
    readonly rnn: { readonly w: Value };
    readonly bias: Value;
  }
  interface State {
    readonly params: Params;
    readonly slow: Memory;
    readonly fast: Memory;
  }
  const slow = sgd({ learningRate: 0.25, momentum: 0.5 });
  const fast = chain(clipValue(1), sgd({ learningRate: 1 }));
  const step = ({ params, ...memory }: State, target: Value) => {
    const { embed, rnn, bias } = params;
    const loss = sum(square(sub(mul(embed, rnn.w, bias), target)));
    const grads = gradient(loss, { rnn, bias });
    const [u1, m1] = slow.update(grads.rnn, memory.slow, rnn);
    const [u2, m2] = fast.update(grads.bias, memory.fast, bias);
    const next = { embed, rnn: applyUpdates(rnn, u1), bias: applyUpdates(bias, u2) };
    return [{ params: next, slow: m1, fast: m2 }, { loss }] as const;
  };
  const params = { embed: f64([1, 2]), rnn: { w: f64([1, 1]) }, bias: f64([1, 1]) };
  const trainer = stateful(step, { params, slow: slow.init(params.rnn), fast: fast.init(params.bias) });
  // The residuals are 1 and 0: the gradients by w and bias are both [2, 0].
  expect(numbers(trainer.step(f64([0, 2])).loss)).toEqual([1]);
  expect(numbers(trainer.state.params)).toEqual([0, 1, 1, 2, 0.5, 1]);
  expect(numbers(trainer.state.slow)).toEqual([1, 2, 0]);
});
