import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  add,
  compile,
  constant,
  crossEntropy,
  full,
  gradient,
  input,
  iota,
  log,
  matmul,
  randomKey,
  sum,
  tensor,
  transpose,
  type Tensor,
  type Value,
} from "@unroll/core";
import { distance, matrix, numbers } from "../../test/numbers.ts";
import { expectSame } from "../../test/trees.ts";
import { categoricalCandidates, logUniformCandidates, sampledSoftmax } from "../index.ts";

const i32 = { dtype: "i32" } as const;
const f64 = { dtype: "f64" } as const;
const [N, H, V] = [4, 3, 5];
const hidden = numbers([N, H], "hidden");
const scores = { table: numbers([V, H], "table"), bias: numbers([V], "bias") };
const targets = tensor([2, 0, -1, 4], i32);
interface Scores {
  readonly table: Value;
  readonly bias: Value;
}

test("with every class once it is the full softmax, value and gradient", () => {
  const full_ = (h: Value, { table, bias }: Scores, y: Value): Value =>
    crossEntropy(add(matmul(h, transpose(table)), bias), y);
  const all = (h: Value, s: Scores, y: Value): Value =>
    sampledSoftmax(h, s, y, { classes: iota(V), logCounts: full(0, { ...f64, shape: [V] }) });
  const run = (f: typeof all) =>
    compile((h: Value, s: Scores, y: Value) => {
      const loss = f(h, s, y);
      return { loss, d: gradient(sum(loss), { h, s }) };
    })(hidden, scores, targets);
  expectSame(run(all), run(full_));
  expect(run(all).loss.data[2]).toBe(0);
});

test("the sum that it takes the logarithm of is on average that of the full softmax", () => {
  // All draws of two candidates, each with its probability.
  const q = [0.1, 0.3, 0.2, 0.25, 0.15];
  const run = compile((h: Value, s: Scores, y: Value, classes: Value, logCounts: Value) =>
    sampledSoftmax(h, s, y, { classes, logCounts }),
  );
  const means = [0, 0, 0, 0];
  for (let a = 0; a < V; a++) {
    for (let b = 0; b < V; b++) {
      const counts = [a, b].map((c) => Math.log(2 * q[c]!));
      const loss = run(hidden, scores, targets, tensor([a, b], i32), tensor(counts, f64));
      // exp(loss) is the sum over exp(score[target]).
      loss.data.forEach((x, i) => (means[i]! += q[a]! * q[b]! * Math.exp(x)));
    }
  }
  const exact = matrix(hidden).map((h, i) => {
    const all = matrix(scores.table).map((row, c) =>
      Math.exp(row.reduce((sum, w, k) => sum + w * h[k]!, scores.bias.data[c]!)),
    );
    const target = targets.data[i]!;
    return target < 0 ? 1 : all.reduce((sum, x) => sum + x, 0) / all[target]!;
  });
  expect(distance(means, exact)).toBeLessThan(1e-13);
});

test("its gradient is that of differences, and rows that stand nowhere get none", () => {
  const classes = tensor([1, 1, 4], i32);
  const logCounts = numbers([3], "counts");
  const loss = (h: Value, s: Scores, y: Value, classes: Value, logCounts: Value): Value =>
    sampledSoftmax(h, s, y, { classes, logCounts });
  checkGradient(loss, [hidden, scores, targets, classes, logCounts], { order: 2 });
  const d = compile((h: Value, s: Scores, y: Value, classes: Value, logCounts: Value) =>
    gradient(sum(loss(h, s, y, classes, logCounts)), s),
  )(hidden, scores, targets, classes, logCounts);
  // Class 3 is neither a target nor a candidate.
  expect(matrix(d.table)[3]!.map(Math.abs)).toEqual([0, 0, 0]);
  expect(Math.abs(d.bias.data[3]!)).toBe(0);
});

test("the bias may be left out, and axes in front are rows", () => {
  const run = compile((h: Value, table: Value, y: Value) =>
    sampledSoftmax(h, { table }, y, { classes: iota(V), logCounts: full(0, { ...f64, shape: [V] }) }),
  );
  const y = run(
    numbers([2, 3, H], "more"),
    scores.table,
    tensor(
      [
        [1, 2, 3],
        [4, 0, 1],
      ],
      i32,
    ),
  );
  expect(y.shape).toEqual([2, 3]);
});

describe("candidates", () => {
  const count = 20_000;
  /** How often every class was drawn, and that its logCounts say how often it was expected. */
  const frequencies = (
    { classes, logCounts }: { classes: Tensor; logCounts: Tensor },
    q: readonly number[],
  ) => {
    const drawn = q.map(() => 0);
    classes.data.forEach((c, i) => {
      drawn[c]!++;
      expect(logCounts.data[i]!).toBeCloseTo(Math.log(count * q[c]!), 10);
    });
    q.forEach((p, c) => {
      // A count has this deviation; five of them are not seen.
      expect(Math.abs(drawn[c]! - count * p)).toBeLessThan(5 * Math.sqrt(count * p * (1 - p)));
    });
  };

  test("of frequencies are drawn in proportion", () => {
    const q = [0.1, 0.3, 0.2, 0.25, 0.15];
    const run = compile((key: Value) => categoricalCandidates(key, log(constant(tensor(q, f64))), count));
    frequencies(run(randomKey(1)), q);
  });

  test("that are log-uniform follow the law, up to the last class", () => {
    const run = compile((key: Value) => logUniformCandidates(key, { classes: 6, count, dtype: "f64" }));
    frequencies(
      run(randomKey(1)),
      [0, 1, 2, 3, 4, 5].map((c) => Math.log((c + 2) / (c + 1)) / Math.log(7)),
    );
  });

  test("are others for another key", () => {
    const run = compile((key: Value) =>
      logUniformCandidates(key, { classes: 1000, count: 50, dtype: "f32" }),
    );
    expect([...run(randomKey(1)).classes.data]).not.toEqual([...run(randomKey(2)).classes.data]);
  });
});

test("what does not fit is named", () => {
  const f = (...shape: number[]) => input({ dtype: "f32", shape }, "x");
  const n = (...shape: number[]) => input({ dtype: "i32", shape }, "ids");
  const some = { classes: n(7), logCounts: f(7) };
  const of =
    (h: Value, table: Value, y: Value, candidates = some, bias?: Value) =>
    () =>
      sampledSoftmax(h, { table, bias }, y, candidates);
  expect(of(f(3), f(5, 3), n())).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: sampledSoftmax: the states x f32[3] have rank 1.
    They are [..., H], with one axis in front or more.]
  `);
  expect(of(f(4, 3), f(3, 5), n(4))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: sampledSoftmax: x f32[4, 3] and x f32[3, 5]: the table are f32[3, 3].
    Losses do not broadcast: say broadcastTo where that is meant.]
  `);
  expect(of(f(4, 3), f(5, 3), n(4, 1))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: sampledSoftmax: x f32[4, 3] and ids i32[4, 1]: the targets are i32[4].
    If they only lie otherwise: reshape(ids, [4]).]
  `);
  expect(of(f(4, 3), f(5, 3), n(4), { classes: n(7), logCounts: f(8) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: sampledSoftmax: ids i32[7] and x f32[8]: the counts are f32[7].
    Losses do not broadcast: say broadcastTo where that is meant.]
  `);
  expect(of(f(4, 3), f(5, 3), n(4), some, f(3))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: sampledSoftmax: x f32[5, 3] and x f32[3]: the bias are f32[5].
    Losses do not broadcast: say broadcastTo where that is meant.]
  `);
  expect(() => categoricalCandidates(n(2), f(4, 5), 3)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: categoricalCandidates: the logits x f32[4, 5] have rank 2, not 1.
    They are [V].]
  `);
  expect(() => logUniformCandidates(n(2), { classes: 0, count: 3, dtype: "f32" }))
    .toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: logUniformCandidates: classes is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
