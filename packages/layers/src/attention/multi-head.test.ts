import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, randomKey, tensor, type Tensor, type Value, type Values } from "@unroll/core";
import { distance, matrix, nested, numbers } from "../../test/numbers.ts";
import { attend, identity, init, multiHead, scaledDotScore, type MultiHeadInput } from "../index.ts";

const [T, S, B] = [3, 4, 2];
const layer = multiHead(6, 2, { query: 3, key: 4, value: 5, outputs: 7 });
type P = Values<typeof layer.params>;
const params = {
  wq: numbers([3, 6], "wq"),
  wk: numbers([4, 6], "wk"),
  wv: numbers([5, 6], "wv"),
  wo: numbers([6, 7], "wo"),
};
const x = {
  query: numbers([T, B, 3], "query"),
  keys: numbers([S, B, 4], "keys"),
  values: numbers([S, B, 5], "values"),
};

const product = (row: readonly number[], w: Tensor): number[] =>
  matrix(w)[0]!.map((_, j) => row.reduce((sum, one, i) => sum + one * matrix(w)[i]![j]!, 0));

test("every head is a scaled dot product of its own projections", () => {
  const { context, weights } = compile((p: P, x: MultiHeadInput) => layer.apply(p, x))(params, x);
  const [queries, keys, values] = [x.query, x.keys, x.values].map((one) => nested(one) as number[][][]);
  const expected: number[] = [];
  const seen: number[] = Array.from({ length: 2 * T * S * B }, () => 0);
  queries!.forEach((step, t) =>
    step.forEach((asked, b) => {
      const q = product(asked, params.wq);
      const [k, v] = [
        keys!.map((row) => product(row[b]!, params.wk)),
        values!.map((row) => product(row[b]!, params.wv)),
      ];
      const read = [0, 1].flatMap((head) => {
        const part = (row: readonly number[]): number[] => row.slice(3 * head, 3 * head + 3);
        const exps = k.map((row) =>
          Math.exp(part(row).reduce((sum, one, i) => sum + one * part(q)[i]!, 0) / Math.sqrt(3)),
        );
        const a = exps.map((one) => one / exps.reduce((sum, other) => sum + other, 0));
        a.forEach((one, s) => (seen[((head * T + t) * S + s) * B + b] = one));
        return [0, 1, 2].map((i) => v.reduce((sum, row, s) => sum + a[s]! * part(row)[i]!, 0));
      });
      expected.push(...product(read, params.wo));
    }),
  );
  expect(context.shape).toEqual([T, B, 7]);
  expect(weights.shape).toEqual([2, T, S, B]);
  expect(distance(weights.data, seen)).toBeLessThan(1e-14);
  expect(distance(context.data, expected)).toBeLessThan(1e-12);
});

test("one head with identities is a scaled dot product", () => {
  const plain = multiHead(4, 1, { init: identity() });
  const query = numbers([B, 4], "one step");
  const run = compile((p: Values<typeof plain.params>, query: Value, keys: Value) => [
    plain.apply(p, { query, keys }).context,
    attend(scaledDotScore().apply({}, query, keys), keys).context,
  ]);
  const [context, expected] = run(init(plain.params, 1, { dtype: "f64" }), query, x.keys);
  expect(context!.shape).toEqual([B, 4]);
  expect(distance(context!.data, expected!.data)).toBeLessThan(1e-15);
});

test("a mask hides entries from all heads", () => {
  const mask = tensor(
    [
      [
        [true, false],
        [true, false],
        [true, false],
        [false, false],
      ],
    ] as never,
    { dtype: "bool" },
  );
  const run = compile((p: P, x: MultiHeadInput, mask: Value) => layer.apply(p, { ...x, mask }));
  const { weights, context } = run(params, x, mask);
  const hidden = [...weights.data].filter((_, i) => i % B === 1 || Math.floor(i / B) % S === 3);
  expect(new Set(hidden)).toEqual(new Set([0]));
  const rows = [...context.data].filter((_, i) => Math.floor(i / 7) % B === 1);
  expect(new Set(rows.map((one) => one + 0))).toEqual(new Set([0]));
});

test("weights are dropped in training only, and then with their rate", () => {
  const noisy = multiHead(6, 2, { query: 3, key: 4, value: 5, outputs: 7, dropout: 0.5 });
  const without = compile((p: P, x: MultiHeadInput) => noisy.apply(p, x).context);
  const run = compile((p: P, x: MultiHeadInput, key: Value) => [noisy.apply(p, x, key).context]);
  const plain = compile((p: P, x: MultiHeadInput) => layer.apply(p, x).context)(params, x);
  expect([...without(params, x).data]).toEqual([...plain.data]);
  expect(distance(run(params, x, randomKey(1))[0]!.data, plain.data)).toBeGreaterThan(0.01);
});

test("its gradient is that of differences", () => {
  checkGradient((p: P, x: MultiHeadInput) => layer.apply(p, x).context, [params, x], { order: 2 });
});

test("heads that do not divide the size are refused, and sizes that are none", () => {
  expect(() => multiHead(6, 4)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: multiHead: 4 heads do not divide a size of 6.]`,
  );
  expect(() => multiHead(6, 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: multiHead: heads is 0.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => multiHead(6, 2, { key: 0 })).toThrow("key is 0");
});
