import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { compile, scan, type Tensor, type Value } from "@unroll/core";
import { distance, matrix, nested, numbers } from "../../test/numbers.ts";
import { additiveScore, dotScore, generalScore, init, scaledDotScore } from "../index.ts";

type Vector = readonly number[];

const [S, B, T] = [4, 2, 3];
const dot = (a: Vector, b: Vector): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
/** x w, for one row x. */
const product = (x: Vector, w: Tensor): Vector =>
  matrix(w)[0]!.map((_, j) =>
    dot(
      x,
      matrix(w).map((row) => row[j]!),
    ),
  );

/** A score with its parameters, and the same for one query and one key in plain numbers. */
interface Row {
  readonly params: Readonly<Record<string, Tensor>>;
  readonly query: number;
  apply(p: Readonly<Record<string, Value>>, query: Value, keys: Value): Value;
  plain(query: Vector, key: Vector): number;
}

const K = 5;
const w = numbers([3, K], "w");
const [wq, wk, v] = [numbers([3, 6], "wq"), numbers([K, 6], "wk"), numbers([6], "v")];
const general = generalScore(3, K);
const additive = additiveScore(3, K, 6);

const rows: Readonly<Record<string, Row>> = {
  dot: {
    params: {},
    query: K,
    apply: (_, query, keys) => dotScore().apply({}, query, keys),
    plain: dot,
  },
  "scaled dot": {
    params: {},
    query: K,
    apply: (_, query, keys) => scaledDotScore().apply({}, query, keys),
    plain: (query, key) => dot(query, key) / Math.sqrt(K),
  },
  general: {
    params: { w },
    query: 3,
    apply: (p, query, keys) => general.apply({ w: p["w"]! }, query, keys),
    plain: (query, key) => dot(product(query, w), key),
  },
  additive: {
    params: { wq, wk, v },
    query: 3,
    apply: (p, query, keys) => additive.apply({ wq: p["wq"]!, wk: p["wk"]!, v: p["v"]! }, query, keys),
    plain(query, key) {
      const [a, b] = [product(query, wq), product(key, wk)];
      return dot(
        a.map((x, j) => Math.tanh(x + b[j]!)),
        [...v.data],
      );
    },
  },
};

describe.each(Object.entries(rows))("%s", (_, { params, query, apply, plain }) => {
  const keys = numbers([S, B, K], "keys");
  const queries = numbers([T, B, query], "queries");
  const all = (p: Readonly<Record<string, Value>>, queries: Value, keys: Value): Value =>
    apply(p, queries, keys);

  test("is its formula, for every entry of a memory and all steps at once", () => {
    const scores = compile(all)(params, queries, keys);
    const [k, q] = [nested(keys) as number[][][], nested(queries) as number[][][]];
    const expected = q.flatMap((step) => k.flatMap((entry) => step.map((one, b) => plain(one, entry[b]!))));
    expect(scores.shape).toEqual([T, S, B]);
    expect(distance(scores.data, expected)).toBeLessThan(1e-13);
  });

  test("gives the same step by step, the keys being captured", () => {
    const run = compile((p: Readonly<Record<string, Value>>, queries: Value, keys: Value) => [
      all(p, queries, keys),
      scan((none, one: Value) => [none, apply(p, one, keys)], {}, queries)[1],
    ]);
    const [whole, steps] = run(params, queries, keys);
    expect(steps!.shape).toEqual([T, S, B]);
    expect(distance(steps!.data, whole!.data)).toBeLessThan(1e-14);
  });

  test("has a gradient, which is that of differences", () => {
    checkGradient(all, [params, queries, keys], { order: 2 });
  });
});

test("what a score makes of keys alone is computed before the loop", () => {
  const run = compile(
    (p: { wq: Value; wk: Value; v: Value }, queries: Value, keys: Value) =>
      scan((none, one: Value) => [none, additive.apply(p, one, keys)], {}, queries)[1],
  );
  run({ wq, wk, v }, numbers([T, B, 3], "queries"), numbers([S, B, K], "keys"));
  const [before] = run.explain().split("\nprogram of")[1]!.split("loop t0");
  expect(before).toContain(". p.wk");
});

test("first numbers are as it is said", () => {
  expect(Math.max(...init(generalScore(4, 50).params, 1).w.data)).toBeLessThanOrEqual(0.5);
  const first = init(additiveScore(40, 60, 25).params, 1);
  expect(Math.max(...first.wq.data)).toBeGreaterThan(0.9 * Math.sqrt(6 / 65));
  expect(Math.max(...first.wk.data)).toBeLessThanOrEqual(Math.fround(Math.sqrt(6 / 85)));
  expect(Math.max(...first.v.data)).toBeLessThanOrEqual(Math.fround(1 / 5));
});

test("sizes that are none are refused", () => {
  expect(() => generalScore(0, 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: generalScore: query is 0.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => additiveScore(2, 2, 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: additiveScore: hidden is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
