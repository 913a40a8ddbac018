import { checkGradient } from "@unroll/testing";
import { checkCell } from "@unroll/testing/cells";
import { describe, expect, test } from "vitest";
import {
  compile,
  constant,
  evaluate,
  full,
  tensor,
  type Tensor,
  type Value,
  type Values,
} from "@unroll/core";
import { distance, matrix, nested, numbers } from "../../test/numbers.ts";
import { batchNormTraining } from "../../test/plain-batch-norm.ts";
import { anyState, nearby, numbersOf, plainTree, rowOf } from "../../test/plain-runs.ts";
import { run } from "../../test/outputs.ts";
import { batchNormLstm, init, initialState, unroll, type BatchStatistics } from "../index.ts";

const [T, B, I, H] = [4, 3, 2, 3];
const f64 = { dtype: "f64" } as const;
const rnn = batchNormLstm(I, H, { steps: T });
type P = Values<typeof rnn.params>;
type S = Values<typeof rnn.state>;
type Statistics = Values<BatchStatistics>;

const params = nearby(init(rnn.params, 1, f64), 1);
const start = evaluate(initialState(rnn.state, { batch: B, ...f64 }));
const xs = numbers([T, B, I], "xs");
const observe = compile((p: P, s: S, xs: Value) => unroll(rnn.observed, p, s, xs));
const evaluateWith = compile((p: P, statistics: Statistics, s: S, xs: Value) =>
  unroll(rnn.evaluation, { weights: p, statistics }, s, xs),
);

test("a step of training normalizes by the batch, as in the paper's equations", () => {
  const [last, { y, seen: batch }] = observe(params, start, xs);
  let states = Array.from({ length: B }, (_, b) => rowOf(start, b)) as Parameters<
    typeof batchNormTraining
  >[1];
  for (let t = 0; t < T; t++) {
    const rows = (nested(xs) as number[][][])[t]!;
    const { next, seen } = batchNormTraining(plainTree(params) as never, states, rows);
    states = next;
    expect(
      distance(
        numbersOf(rowOf(y, t)),
        next.flatMap(({ h }) => h),
      ),
    ).toBeLessThan(1e-12);
    expect(distance(numbersOf(rowOf(batch.statistics, t)), numbersOf(seen))).toBeLessThan(1e-12);
  }
  expect(
    distance(
      last.c.data,
      states.flatMap(({ c }) => c),
    ),
  ).toBeLessThan(1e-12);
  expect([...last.t.data]).toEqual([T, T, T]);
  expect(run(rnn, params, xs, start)[1].data).toEqual(y.data);
});

test("evaluation with the statistics of a batch gives what training gave that batch", () => {
  const [, { y, seen }] = observe(params, start, xs);
  const [, evaluated] = evaluateWith(params, seen.statistics, start, xs);
  expect(distance(evaluated.data, y.data)).toBeLessThan(1e-13);
});

test("beyond its steps, evaluation keeps to the statistics of the last", () => {
  const statistics = nearby(init(rnn.statistics, 1, f64), 2);
  const late = (t: number) => ({ ...start, t: tensor([t, t, t], { dtype: "i32" }) });
  const at = (t: number) => evaluateWith(params, statistics, late(t), numbers([1, B, I], "x"))[1];
  expect(at(T - 1).data).toEqual(at(T + 100).data);
  expect(at(T - 1).data).not.toEqual(at(T - 2).data);
});

describe("running statistics", () => {
  const blend = compile((running: Statistics, seen: { t: Value; statistics: Statistics }) =>
    rnn.blend(running, seen, 0.9),
  );
  const before = nearby(init(rnn.statistics, 1, f64), 3);
  const from = (t: number, steps: number) =>
    observe(params, { ...start, t: tensor([t, t, t], { dtype: "i32" }) }, numbers([steps, B, I], "xs"))[1]
      .seen;
  /** Rows, one for each step. */
  const rows = ({ h }: { readonly h: { readonly variance: Tensor } }) => matrix(h.variance);
  const mixed = (old: readonly number[], now: readonly number[]) =>
    now.map((v, i) => 0.9 * old[i]! + 0.1 * v);

  test("move by one minus the momentum at the steps that were seen, and stay at the others", () => {
    const seen = from(1, 2);
    const [old, now, next] = [rows(before), rows(seen.statistics), rows(blend(before, seen))];
    expect([next[0], next[3]]).toEqual([old[0], old[3]]);
    expect(distance(next[1]!, mixed(old[1]!, now[0]!))).toBeLessThan(1e-15);
    expect(distance(next[2]!, mixed(old[2]!, now[1]!))).toBeLessThan(1e-15);
  });

  test("of the last step are those of all that follow it, averaged", () => {
    const seen = from(T - 1, 3);
    const [old, now, next] = [rows(before), rows(seen.statistics), rows(blend(before, seen))];
    const average = now[0]!.map((v, i) => (v + now[1]![i]! + now[2]![i]!) / 3);
    expect(next.slice(0, -1)).toEqual(old.slice(0, -1));
    expect(distance(next.at(-1)!, mixed(old.at(-1)!, average))).toBeLessThan(1e-14);
  });
});

test("its gradient goes through the statistics of the batch", () => {
  const state = anyState(start, 1);
  checkGradient(
    (p: P, h: Value, c: Value, xs: Value) => {
      const [last, y] = unroll(rnn, p, { h, c, t: constant(start.t) }, xs);
      return { h: last.h, c: last.c, y };
    },
    [params, state.h, state.c, xs],
  );
});

test("in training it keeps the rules of cells whose rows are coupled, and it says that it is one", () => {
  checkCell(batchNormLstm(2, 2, { steps: 2 }), { inputs: 2, runs: 1, order: 1 });
  expect([rnn.rows, rnn.observed.rows, rnn.evaluation.rows]).toEqual(["coupled", "coupled", undefined]);
});

test("gains start from 0.1, or from what is asked for", () => {
  expect(new Set(init(rnn.params, 1, f64).gain.h.data)).toEqual(new Set([0.1]));
  const { gain } = init(batchNormLstm(1, 1, { steps: 1, gain: 0.5 }).params, 1);
  expect([...gain.c.data]).toEqual([0.5]);
});

test("what it cannot be is named", () => {
  expect(() => batchNormLstm(2, 3, { steps: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: batchNormLstm: steps is 0.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() =>
    compile((s: Statistics) =>
      rnn.blend(s, { t: full(0, { dtype: "i32", shape: [T, B] }), statistics: s }, 2),
    )(init(rnn.statistics, 1)),
  ).toThrowErrorMatchingInlineSnapshot(
    `
    [UnrollError: batchNormLstm.blend: momentum is 2.
    Choose a number from 0 to 1.]
  `,
  );
});
