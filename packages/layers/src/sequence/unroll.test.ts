import { describe, expect, test } from "vitest";
import {
  add,
  compile,
  evaluate,
  full,
  gradient,
  input,
  mul,
  randomKey,
  scan,
  square,
  sum,
  tanh,
  tensor,
  unsqueeze,
  type DType,
  type Value,
} from "@unroll/core";
import { nested, numbers } from "../../test/numbers.ts";
import { expectSame } from "../../test/trees.ts";
import { cell, dropout, init, initialState, lstm, param, state, unroll, zeros } from "../index.ts";

const f32 = { dtype: "f32" } as const;

/** Adds up its inputs and counts them. */
const counter = cell({
  params: {},
  state: { total: state(1), clock: state(1, { dtype: "i32" }), seen: state([], { dtype: "bool" }) },
  step(_, { total, clock }, x) {
    const next = add(total, x);
    const seen = full(1, { dtype: "bool", shape: [x.shape[0]!] });
    return [
      { total: next, clock: add(clock, 1), seen },
      { sum: next, clock, seen },
    ];
  },
});

/** Three steps of three sequences; the second has two steps, the third none. */
const xs = tensor([
  [[1], [10], [100]],
  [[2], [20], [200]],
  [[3], [30], [300]],
]);
const lengths = tensor([3, 2, 0], { dtype: "i32" });

const count = (options: { reverse?: boolean }) =>
  compile((xs: Value, lengths: Value) =>
    unroll(counter, {}, initialState(counter.state, { batch: 3, ...f32 }), xs, { lengths, ...options }),
  )(xs, lengths);

describe("lengths", () => {
  test("states of any dtype stand still behind the end, and outputs are zeros there", () => {
    const [last, ys] = count({});
    expect([...last.total.data]).toEqual([6, 30, 0]);
    expect([...last.clock.data]).toEqual([3, 2, 0]);
    expect([...last.seen.data]).toEqual([1, 1, 0]);
    expect(nested(ys.sum)).toEqual([
      [[1], [10], [0]],
      [[3], [30], [0]],
      [[6], [0], [0]],
    ]);
    expect(nested(ys.clock)).toEqual([
      [[0], [0], [0]],
      [[1], [1], [0]],
      [[2], [0], [0]],
    ]);
    expect(nested(ys.seen)).toEqual([
      [1, 1, 0],
      [1, 1, 0],
      [1, 0, 0],
    ]);
  });

  test("in reverse every sequence starts at its own end", () => {
    const [last, ys] = count({ reverse: true });
    expect([...last.total.data]).toEqual([6, 30, 0]);
    expect(nested(ys.sum)).toEqual([
      [[6], [30], [0]],
      [[5], [20], [0]],
      [[3], [0], [0]],
    ]);
    expect(nested(ys.clock)).toEqual([
      [[2], [1], [0]],
      [[1], [0], [0]],
      [[0], [0], [0]],
    ]);
  });

  test("a length beyond the last step is the last step", () => {
    const run = compile(
      (xs: Value, lengths: Value) =>
        unroll(counter, {}, initialState(counter.state, { batch: 3, ...f32 }), xs, { lengths })[0].total,
    );
    expect([...run(xs, tensor([9, 3, 4], { dtype: "i32" })).data]).toEqual([6, 60, 600]);
  });

  test("a state that does not change is captured by the scan, not carried", () => {
    const masked = cell({
      params: {},
      state: { h: state(1), mask: state(1, { init: 2 }) },
      step: (_, { h, mask }, x) => [{ h: add(h, mul(mask, x)), mask }, undefined],
    });
    const start = initialState(masked.state, { batch: 3, ...f32 });
    const value = (dtype: DType, shape: readonly number[]): Value => input({ dtype, shape });
    const [last] = unroll(masked, {}, start, value("f32", [3, 3, 1]), { lengths: value("i32", [3]) });
    expect(last.mask).toBe(start.mask);
  });
});

test("without a sequence the number of steps is given", () => {
  const clock = cell({
    params: {},
    state: { t: state(1, { dtype: "i32" }) },
    step: (_, { t }, _x: undefined) => [{ t: add(t, 2) }, t],
  });
  const start = initialState(clock.state, { batch: 1, ...f32 });
  const [last, ys] = evaluate(unroll(clock, {}, start, undefined, { length: 3 }));
  expect([...last.t.data, ...ys.data]).toEqual([6, 0, 2, 4]);
  expect(evaluate(unroll(clock, {}, start, undefined, { length: 0 })[0]).t.data[0]).toBe(0);
});

test("with a key the noise of every step differs, and without one there is none", () => {
  const noisy = cell({ params: {}, state: {}, step: (_, s, x, key) => [s, dropout(x, 0.5, key)] });
  const ones = tensor(new Float32Array(4 * 100).fill(1), { shape: [4, 1, 100] });
  const run = compile((xs: Value, key: Value) => unroll(noisy, {}, {}, xs, { key })[1]);
  const rows = (nested(run(ones, randomKey(1))) as number[][][]).map((step) => step[0]!.join());
  expect(new Set(rows).size).toBe(4);
  const quiet = compile((xs: Value) => unroll(noisy, {}, {}, xs)[1]);
  expect([...quiet(ones).data]).toEqual([...ones.data]);
});

describe("a probe", () => {
  test("of a state that others pass on is that of the new state alone", () => {
    // h_{t-1} is also remembered as `before`; a probe of `before` must not move h_{t-1} itself.
    const echo = cell({
      params: { w: param([1], zeros) },
      state: { h: state(1), before: state(1) },
      step({ w }, { h, before }, x) {
        const y = tanh(add(x, mul(w, h), mul(0.5, before)));
        return [{ h: y, before: h }, mul(y, add(h, before))];
      },
    });
    const w = tensor([0.7], { dtype: "f64" });
    const xs = numbers([4, 2, 1], "xs");
    const zero = tensor(new Float64Array(8), { shape: [4, 2, 1] });
    const probed = compile((w: Value, xs: Value, e: { h: Value; before: Value }) => {
      const start = initialState(echo.state, { batch: 2, dtype: "f64" });
      const [last, ys] = unroll(echo, { w }, start, xs, { probe: e });
      return gradient(sum(add(square(last.before), square(sum(ys)))), e);
    });
    const byHand = compile((w: Value, xs: Value, e: { h: Value; before: Value }) => {
      const start = initialState(echo.state, { batch: 2, dtype: "f64" });
      const [last, ys] = scan(
        ({ h, before }, { x, e }) => {
          const y = add(tanh(add(x, mul(w, h), mul(0.5, before))), e.h);
          return [{ h: y, before: add(h, e.before) }, mul(y, add(h, before))];
        },
        start,
        { x: xs, e },
      );
      return gradient(sum(add(square(last.before), square(sum(ys)))), e);
    });
    const e = { h: zero, before: zero };
    expectSame(probed(w, xs, e), byHand(w, xs, e));
  });

  test("of one state leaves the others alone", () => {
    const rnn = lstm(1, 2);
    const run = compile((p: Parameters<typeof rnn.step>[0], xs: Value, h: Value) => {
      const start = initialState(rnn.state, { batch: 1, dtype: "f64" });
      const [, hs] = unroll(rnn, p, start, xs, { probe: { h } });
      return { hs, dh: gradient(sum(square(hs)), h) };
    });
    const h = tensor(new Float64Array(6), { shape: [3, 1, 2] });
    const { hs, dh } = run(init(rnn.params, 1, { dtype: "f64" }), numbers([3, 1, 1], "xs"), h);
    // After the last step h has no way into the loss but the output.
    expect([...dh.data].slice(-2)).toEqual([...hs.data].slice(-2).map((y) => 2 * y));
    expect(dh.data[0]).not.toBe(2 * hs.data[0]!);
  });

  test("moves the state by what it holds", () => {
    const [last, ys] = evaluate(
      unroll(
        counter,
        {},
        initialState(counter.state, { batch: 1, ...f32 }),
        full(1, { ...f32, shape: [3, 1, 1] }),
        { probe: { total: full(10, { ...f32, shape: [3, 1, 1] }) } },
      ),
    );
    expect(last.total.data[0]).toBe(33);
    expect([...ys.sum.data]).toEqual([11, 22, 33]);
  });
});

describe("errors", () => {
  const rnn = lstm(3, 4);
  const f = (shape: readonly number[], dtype: DType = "f32"): Value => input({ dtype, shape });
  const p = { wx: f([3, 16]), wh: f([4, 16]), b: f([16]) };
  const s = { h: f([2, 4]), c: f([2, 4]) };
  const x = f([5, 2, 3]);

  test("of lengths", () => {
    expect(() => unroll(rnn, p, s, x, { lengths: f([2]) })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: unroll: the lengths are f32[2], not i32 [B].]`,
    );
    expect(() => unroll(rnn, p, s, x, { lengths: f([2, 1], "i32") })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: unroll: the lengths are i32[2, 1], not i32 [B].]`,
    );
    expect(() => unroll(rnn, p, s, x, { lengths: f([3], "i32") })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: unroll: state.c is f32[2, 4], and there are 3 lengths.
      With lengths, states and outputs have the batch axis in front.]
    `);
    const total = cell({ params: {}, state: {}, step: (_, s, x) => [s, { loss: sum(x) }] });
    expect(() => unroll(total, {}, {}, x, { lengths: f([2], "i32") })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: unroll: y.loss is f32[], and there are 2 lengths.
      With lengths, states and outputs have the batch axis in front.]
    `);
  });

  test("of probes", () => {
    expect(() => unroll(rnn, p, s, x, { probe: { h: f([2, 4]) } })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: unroll: the probe of h is f32[2, 4], not f32[5, 2, 4].]`,
    );
    const wrong = { probe: { z: f([5, 2, 4]) } } as object;
    expect(() => unroll(rnn, p, s, x, wrong)).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: unroll: the probe has z, and the states are c, h.]`,
    );
  });

  test("of sequences", () => {
    const none = cell({ params: {}, state: {}, step: (_, s, _x: undefined) => [s, undefined] });
    expect(() => unroll(none, {}, {}, undefined)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: unroll: there is no sequence to tell the number of steps.
      Pass { length }.]
    `);
    expect(() => unroll(rnn, p, s, f([]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: unroll: xs is a scalar and has no axis of time.]`,
    );
    const rows = tensor([[[1, 2, 3]]]) as unknown as Value;
    expect(() => unroll(rnn, p, s, rows)).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: unroll: xs is a tensor, not a Value.
      Pass it as an argument of the compiled function, or lift it with constant(tensor).]
    `);
    expect(() => unroll(rnn, p, s, x, { length: 4 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scan: sequences differ in length: the length is 4, xs.x has 5.]`,
    );
  });

  test("of states, which the lengths leave to scan", () => {
    const grows = cell({
      params: {},
      state: { h: state(2) },
      step: (_, { h }) => [{ h: unsqueeze(h, 1) }, h],
    });
    const run = (): unknown => unroll(grows, {}, { h: f([2, 2]) }, x, { lengths: f([2], "i32") });
    expect(run).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scan: state.h is f32[2, 2] before the step and f32[2, 1, 2] after.]`,
    );
  });
});
