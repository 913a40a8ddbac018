import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  compile,
  flatten,
  fromArray,
  gradient,
  input,
  sum,
  tensor,
  type Tensor,
  type Value,
  type Values,
} from "@unroll/core";
import { enumerate, scoreOf, type Chain } from "../../test/chain-paths.ts";
import { distance, nested, numbers } from "../../test/numbers.ts";
import { cut, expectSame } from "../../test/trees.ts";
import { crf, init, linear, paramsOf, type CrfParams } from "../index.ts";

type P = Values<CrfParams>;
const i32 = { dtype: "i32" } as const;

const plainOf = (p: { transitions: Tensor; start: Tensor; end: Tensor }): Chain => ({
  transitions: nested(p.transitions) as number[][],
  start: nested(p.start) as number[],
  end: nested(p.end) as number[],
});

const [T, B, K] = [5, 4, 3];
const chain = crf(K);
const p = init(chain.params, 1, { dtype: "f64" });
const given = {
  transitions: numbers([K, K], "transitions"),
  start: numbers([K], "start"),
  end: numbers([K], "end"),
};
const emissions = numbers([T, B, K], "emissions");
const lengths = tensor([5, 1, 3, 0], i32);
const labels = tensor(
  [
    [0, 2, 1, -1],
    [1, -1, 1, 7],
    [2, 9, 0, -1],
    [2, -1, -1, -1],
    [0, -1, 5, -1],
  ],
  i32,
);
/** The steps of row b. */
const rowsOf = (x: Tensor, b: number, length: number): number[][] =>
  (nested(cut(x, 1, b, b + 1)) as number[][][]).slice(0, length).map(([row]) => row!);

const run = compile((p: P, emissions: Value, labels: Value, lengths: Value) => {
  const batch = { emissions, labels, lengths };
  return {
    loss: chain.apply(p, batch),
    logZ: chain.logPartition(p, batch),
    score: chain.score(p, batch),
    marginals: chain.marginals(p, batch),
    found: chain.decode(p, batch),
  };
});

describe("against all paths", () => {
  const y = run(given, emissions, labels, lengths);

  test.each([0, 1, 2, 3])("log-partition, score, loss, marginals and the best path of sequence %i", (b) => {
    const length = lengths.data[b]!;
    const rows = rowsOf(emissions, b, length);
    const plain = plainOf(given);
    const { logZ, marginals, best } = enumerate(plain, rows, K);
    const gold = Array.from({ length }, (_, t) => labels.data[t * B + b]!);
    const score = scoreOf(plain, rows, gold);
    expect(y.logZ.data[b]).toBeCloseTo(logZ, 12);
    expect(y.score.data[b]).toBeCloseTo(score, 12);
    expect(y.loss.data[b]).toBeCloseTo(logZ - score, 12);
    expect(y.found.score.data[b]).toBeCloseTo(best.score, 12);
    const column = Array.from({ length: T }, (_, t) => y.found.labels.data[t * B + b]!);
    expect(column).toEqual([...best.path, ...Array.from({ length: T - length }, () => -1)]);
    const found = (nested(cut(y.marginals, 1, b, b + 1)) as number[][][]).map(([row]) => row!);
    expect(distance(found.slice(0, length).flat(), marginals.flat())).toBeLessThan(1e-13);
    expect(
      found
        .slice(length)
        .flat()
        .every((x) => x === 0),
    ).toBe(true);
  });

  test("a padded batch gives what its sequences give one by one, without lengths", () => {
    const alone = compile((p: P, emissions: Value, labels: Value) => ({
      loss: chain.apply(p, { emissions, labels }),
      best: chain.decode(p, { emissions }),
      marginals: chain.marginals(p, { emissions }),
    }));
    [0, 1, 2].forEach((b) => {
      const own = (x: Tensor): Tensor => cut(cut(x, 1, b, b + 1), 0, 0, lengths.data[b]!);
      const { loss, best, marginals } = alone(given, own(emissions), own(labels));
      expect(loss.data[0]).toBeCloseTo(y.loss.data[b]!, 13);
      expect([...best.labels.data]).toEqual([...own(y.found.labels).data]);
      expect(distance(marginals.data, own(y.marginals).data)).toBeLessThan(1e-14);
    });
  });
});

test("a length beyond the last step is the last step, and padding may be NaN", () => {
  const known = tensor(
    labels.data.map((label) => (label < 0 || label >= K ? 1 : label)),
    { shape: [T, B] },
  );
  const of = (second: number) => run(given, emissions, known, tensor([5, second, 3, 0], i32));
  expectSame(of(9), of(5));
  const hollow = fromArray(
    emissions.type,
    emissions.data.map((x, i) => (Math.floor(i / (B * K)) < lengths.data[Math.floor(i / K) % B]! ? x : NaN)),
  );
  expectSame(run(given, hollow, labels, lengths), run(given, emissions, labels, lengths));
});

test("its gradient is that of differences, to the second order", () => {
  const loss = (p: P, emissions: Value, labels: Value, lengths: Value): Value =>
    chain.apply(p, { emissions, labels, lengths });
  checkGradient(loss, [p, emissions, labels, lengths], { order: 2 });
});

test("the gradient of the loss by the emissions is marginals less the labels", () => {
  const d = compile((p: P, emissions: Value, labels: Value, lengths: Value) =>
    gradient(sum(chain.apply(p, { emissions, labels, lengths })), emissions),
  )(given, emissions, labels, lengths);
  const { marginals } = run(given, emissions, labels, lengths);
  const expected = [...marginals.data].map((x, i) => {
    const [t, b, label] = [Math.floor(i / (B * K)), Math.floor(i / K) % B, i % K];
    return x - Number(t < lengths.data[b]! && labels.data[t * B + b] === label);
  });
  expect(distance(d.data, expected)).toBeLessThan(1e-13);
});

describe("constraints", () => {
  // No label 2 after label 0, none at the start; no 1 at the end.
  const allowed = {
    transition: (from: number, to: number) => !(from === 0 && to === 2),
    start: (label: number) => label !== 2,
    end: (label: number) => label !== 1,
  };
  const strict = crf(K, { allowed });
  const no = -Infinity;
  const plain: Chain = (() => {
    const { transitions, start, end } = plainOf(given);
    return {
      transitions: transitions.map((row, from) => row.map((x, to) => (from === 0 && to === 2 ? no : x))),
      start: start.with(2, no),
      end: end.with(1, no),
    };
  })();
  const legal = tensor([[0], [1], [2], [2], [0]], i32);
  const one = cut(emissions, 1, 0, 1);
  const run = compile((p: P, emissions: Value, labels: Value) => {
    const loss = strict.apply(p, { emissions, labels });
    return {
      loss,
      d: gradient(sum(loss), { p, emissions }),
      found: strict.decode(p, { emissions }),
      marginals: strict.marginals(p, { emissions }),
    };
  });

  test("leave out paths, and what is forbidden has no gradient at all", () => {
    const rows = rowsOf(one, 0, T);
    const { logZ, marginals, best } = enumerate(plain, rows, K);
    const { loss, d, found, marginals: shares } = run(given, one, legal);
    expect(loss.data[0]).toBeCloseTo(logZ - scoreOf(plain, rows, [...legal.data]), 12);
    expect([...found.labels.data]).toEqual(best.path);
    expect(distance(shares.data, marginals.flat())).toBeLessThan(1e-13);
    expect([d.p.transitions.data[2], d.p.start.data[2], d.p.end.data[1]].map(Math.abs as never)).toEqual([
      0, 0, 0,
    ]);
    for (const { leaf } of flatten(d)) expect((leaf as Tensor).data.every(Number.isFinite)).toBe(true);
    checkGradient(
      (p: P, emissions: Value, labels: Value) => strict.apply(p, { emissions, labels }),
      [given, one, legal],
    );
  });

  test("make labels that break them infinitely unlikely, with zero gradient", () => {
    const { loss, d } = run(given, one, tensor([[0], [2], [2], [2], [0]], i32));
    expect(loss.data[0]).toBe(Infinity);
    for (const { leaf } of flatten(d)) expect((leaf as Tensor).data.every((x) => x === 0)).toBe(true);
  });

  test("may be those of an emission too: a label of -Infinity is not chosen", () => {
    const masked = fromArray(
      one.type,
      one.data.map((x, i) => (i % K === 1 ? no : x)),
    );
    const { logZ, best } = enumerate(plain, rowsOf(masked, 0, T), K);
    const { loss, d, found } = run(given, masked, tensor([[0], [0], [0], [0], [0]], i32));
    const gold = scoreOf(plain, rowsOf(masked, 0, T), [0, 0, 0, 0, 0]);
    expect(loss.data[0]).toBeCloseTo(logZ - gold, 12);
    expect([...found.labels.data]).toEqual(best.path);
    expect([...d.emissions.data].filter((_, i) => i % K === 1).every((x) => x === 0)).toBe(true);
  });
});

test("a label outside of 0 to K - 1 within a length is infinitely unlikely, and no other label by accident", () => {
  const wrong = tensor(
    labels.data.map((x, i) => (i === 8 ? -1 : x)),
    { shape: [T, B] },
  );
  const { loss } = run(given, emissions, wrong, lengths);
  expect(loss.data[0]).toBe(Infinity);
  expect(Number.isFinite(loss.data[1])).toBe(true);
});

test("scores start uniform around 0, or as they are told", () => {
  expect(Math.max(...p.transitions.data.map(Math.abs))).toBeLessThanOrEqual(0.1);
  expect(p.transitions.shape).toEqual([K, K]);
  const zero = init(crf(2, { init: () => [0, 0] }).params.start, 1);
  expect([...zero.data]).toEqual([0, 0]);
});

test("a model may have a chain among its parts", () => {
  const spec = paramsOf({ emit: linear(4, K), chain });
  expect(init(spec, 1).chain.start.shape).toEqual([K]);
});

test("one step has no transitions", () => {
  const { loss, best } = compile((p: P, emissions: Value, labels: Value) => ({
    loss: chain.apply(p, { emissions, labels }),
    best: chain.decode(p, { emissions }).labels,
  }))(given, cut(emissions, 0, 0, 1), cut(labels, 0, 0, 1));
  expect([loss.shape, best.shape]).toEqual([[B], [1, B]]);
  const { logZ } = enumerate(plainOf(given), rowsOf(emissions, 1, 1), K);
  const score = scoreOf(plainOf(given), rowsOf(emissions, 1, 1), [2]);
  expect(loss.data[1]).toBeCloseTo(logZ - score, 13);
});

test("what does not fit is named", () => {
  const f = (...shape: number[]) => input({ dtype: "f32", shape }, "scores");
  const n = (...shape: number[]) => input({ dtype: "i32", shape }, "batch.y");
  const w = { transitions: f(3, 3), start: f(3), end: f(3) };
  expect(() => chain.apply(w, { emissions: f(5, 3), labels: n(5) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: crf: the emissions scores f32[5, 3] have rank 2, not 3.
    They are [T, B, K].]
  `);
  expect(() => chain.decode(w, { emissions: f(5, 2, 4) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: crf: the emissions scores f32[5, 2, 4] are not [T, B, 3], with a step or more.
    They are scores of 3 labels, with time first.]
  `);
  expect(() => chain.decode(w, { emissions: f(0, 2, 3) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: crf: the emissions scores f32[0, 2, 3] are not [T, B, 3], with a step or more.
    They are scores of 3 labels, with time first.]
  `);
  expect(() => chain.apply(w, { emissions: f(5, 2, 3), labels: n(2, 5) }))
    .toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: crf: scores f32[5, 2, 3] and batch.y i32[2, 5]: the labels are i32[5, 2].
    If they only lie otherwise: reshape(batch.y, [5, 2]).]
  `);
  expect(() => chain.marginals(w, { emissions: f(5, 2, 3), lengths: n(2, 1) }))
    .toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: crf: scores f32[5, 2, 3] and batch.y i32[2, 1]: the lengths are i32[2].
    If they only lie otherwise: reshape(batch.y, [2]).]
  `);
  expect(() => chain.score(w, { emissions: f(5, 2, 3), labels: f(5, 2) }))
    .toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: crf: scores f32[5, 2, 3] and scores f32[5, 2]: the labels are i32[5, 2].
    Convert them first: cast(scores, "i32").]
  `);
  expect(() => crf(0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: crf: labels is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
