import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { add, compile, full, mean, scan, type Value, type Values } from "@unroll/core";
import { distance, matrix, nested, numbers } from "../../test/numbers.ts";
import { additiveScore, attend, coverageLoss, coverageScore, fertility, init } from "../index.ts";

const [T, S, B, Q, K, A] = [3, 4, 2, 3, 5, 6];
const score = coverageScore(Q, K, A);
type P = Values<typeof score.params>;
const params = {
  wq: numbers([Q, A], "wq"),
  wk: numbers([K, A], "wk"),
  wc: numbers([A], "wc"),
  b: numbers([A], "b"),
  v: numbers([A], "v"),
};
const keys = numbers([S, B, K], "keys");
const queries = numbers([T, B, Q], "queries");

/** Attention that remembers what it read: weights and losses of all steps, and the coverage at the end. */
const read = (p: P, queries: Value, keys: Value) => {
  const start = full(0, { dtype: "f64", shape: [S, B] });
  const step = (coverage: Value, query: Value) => {
    const { weights } = attend(score.apply(p, query, keys, coverage), keys);
    return [add(coverage, weights), { weights, loss: coverageLoss(weights, coverage) }] as const;
  };
  return scan(step, start, queries);
};

test("the score is v . tanh(query wq + key wk + coverage wc + b), and what was read again is the loss", () => {
  const [covered, { weights, loss }] = compile(read)(params, queries, keys);
  const [wq, wk] = [matrix(params.wq), matrix(params.wk)];
  const [q, k] = [nested(queries) as number[][][], nested(keys) as number[][][]];
  const [wc, b, v] = [params.wc, params.b, params.v].map(({ data }) => data);
  const coverage = k.map((row) => row.map(() => 0));
  const [expected, losses]: number[][] = [[], []];
  for (const step of q) {
    const columns = step.map((query, row) => {
      const exps = k.map((entry, s) => {
        let sum = 0;
        for (let j = 0; j < A; j++) {
          let z = coverage[s]![row]! * wc![j]! + b![j]!;
          query.forEach((x, i) => (z += x * wq[i]![j]!));
          entry[row]!.forEach((x, i) => (z += x * wk[i]![j]!));
          sum += v![j]! * Math.tanh(z);
        }
        return Math.exp(sum);
      });
      const total = exps.reduce((sum, x) => sum + x, 0);
      return exps.map((x) => x / total);
    });
    losses!.push(
      ...columns.map((a, row) => a.reduce((sum, x, s) => sum + Math.min(x, coverage[s]![row]!), 0)),
    );
    for (let s = 0; s < S; s++)
      columns.forEach((a, row) => {
        expected!.push(a[s]!);
        coverage[s]![row]! += a[s]!;
      });
  }
  expect(distance(weights.data, expected!)).toBeLessThan(1e-13);
  expect(distance(loss.data, losses!)).toBeLessThan(1e-13);
  expect(distance(covered.data, coverage.flat())).toBeLessThan(1e-13);
});

test("nothing is read again at the first step, and at most all of it later", () => {
  const [, { loss }] = compile(read)(params, queries, keys);
  expect([loss.data[0], loss.data[1]]).toEqual([0, 0]);
  expect(Math.max(...loss.data)).toBeLessThanOrEqual(1);
  expect(Math.min(...loss.data.slice(B))).toBeGreaterThan(0);
});

test("without weights for the coverage it is the additive score", () => {
  const plain = additiveScore(Q, K, A);
  const zero = { ...params, wc: numbers([A], "wc", 0), b: numbers([A], "b", 0) };
  const run = compile((p: P, query: Value, keys: Value, coverage: Value) => [
    score.apply(p, query, keys, coverage),
    plain.apply(p, query, keys),
  ]);
  const [y, expected] = run(zero, numbers([B, Q], "query"), keys, numbers([S, B], "coverage"));
  expect(distance(y!.data, expected!.data)).toBeLessThan(1e-15);
});

test("fertility is most sigmoid(key . w)", () => {
  const layer = fertility(K, { most: 3 });
  const w = numbers([K], "w");
  const y = compile((p: Values<typeof layer.params>, keys: Value) => layer.apply(p, keys))({ w }, keys);
  const expected = (nested(keys) as number[][][]).flatMap((rows) =>
    rows.map((row) => 3 / (1 + Math.exp(-row.reduce((sum, x, i) => sum + x * w.data[i]!, 0)))),
  );
  expect(y.shape).toEqual([S, B]);
  expect(distance(y.data, expected)).toBeLessThan(1e-14);
  expect(init(fertility(K).params, 1).w.shape).toEqual([K]);
});

test("its gradient is that of differences, through the coverage as well", () => {
  const loss = (p: P, queries: Value, keys: Value): Value => {
    const [, { weights, loss }] = read(p, queries, keys);
    return add(mean(loss), mean(weights));
  };
  checkGradient(
    (p: P, queries: Value, keys: Value) => [read(p, queries, keys), loss(p, queries, keys)],
    [params, queries, keys],
  );
});

test("sizes that are none are refused", () => {
  expect(() => coverageScore(2, 0, 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: coverageScore: key is 0.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => fertility(0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: fertility: key is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
