import { expect, test } from "vitest";
import {
  compile,
  gradient,
  matmul,
  mul,
  sum,
  tensor,
  transpose,
  type Value,
  type Values,
} from "@unroll/core";
import { numbers } from "../../test/numbers.ts";
import { embedding, filled, init } from "../index.ts";

const { params, apply } = embedding(4, 2);
type P = Values<typeof params>;
const table = tensor([
  [0, 1],
  [10, 11],
  [20, 21],
  [30, 31],
]);

test("tokens are rows of the table, and -1 is zeros", () => {
  const look = compile((p: P, tokens: Value) => apply(p, tokens));
  const ids = tensor(
    [
      [3, 0],
      [1, -1],
    ],
    { dtype: "i32" },
  );
  const y = look({ table }, ids);
  expect(y.shape).toEqual([2, 2, 2]);
  expect([...y.data]).toEqual([30, 31, 0, 1, 10, 11, 0, 0]);
});

test("its gradient adds up rows where their token stood", () => {
  const run = compile((p: P, tokens: Value, dy: Value) => {
    const y = apply(p, tokens);
    return { y, d: gradient(sum(mul(dy, y)), p) };
  });
  const { d } = run(
    { table },
    tensor([2, 0, 2], { dtype: "i32" }),
    tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]),
  );
  expect([...d.table.data]).toEqual([3, 4, 0, 0, 6, 8, 0, 0]);
});

test("one table serves input and output", () => {
  const scores = compile((p: P, token: Value) => matmul(apply(p, token), transpose(p.table)));
  const ids = tensor([1], { dtype: "i32" });
  const rows = numbers([4, 2], "table");
  const [a, b] = [rows.data[2]!, rows.data[3]!];
  const expected = [0, 1, 2, 3].map((i) => a * rows.data[2 * i]! + b * rows.data[2 * i + 1]!);
  scores({ table: rows }, ids).data.forEach((score, i) => expect(score).toBeCloseTo(expected[i]!, 12));
});

test("rows are normal with deviation 1 unless it is said otherwise", () => {
  const { data } = init(embedding(500, 40).params, 1).table;
  const variance = [...data].reduce((sum, x) => sum + x * x, 0) / data.length;
  expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / data.length));
  expect([...init(embedding(2, 1, { init: filled(3) }).params, 1).table.data]).toEqual([3, 3]);
});

test("sizes that are none are refused", () => {
  expect(() => embedding(-4, 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: embedding: count is -4.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => embedding(4, 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: embedding: size is 0.
    Sizes are whole numbers from 1 on.]
  `);
});

test("the token for padding is zeros, gets no gradient, and starts as zeros in the table", () => {
  const padded = embedding(4, 2, { padding: 1 });
  const run = compile((p: P, tokens: Value, dy: Value) => {
    const y = padded.apply(p, tokens);
    return { y, d: gradient(sum(mul(dy, y)), p) };
  });
  const dy = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const { y, d } = run({ table }, tensor([1, 3, 1], { dtype: "i32" }), dy);
  expect([...y.data]).toEqual([0, 0, 30, 31, 0, 0]);
  expect([...d.table.data]).toEqual([0, 0, 0, 0, 0, 0, 3, 4]);
  const first = [...init(padded.params, 1).table.data];
  expect(first.map((x) => x === 0)).toEqual([false, false, true, true, false, false, false, false]);
});

test("padding that is no token is refused", () => {
  expect(() => embedding(4, 2, { padding: 4 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: embedding: padding is 4, which is none of 4 tokens.
    They count from 0; the token -1 is zeros anyhow.]
  `);
  expect(() => embedding(4, 2, { padding: -1 })).toThrow("padding is -1");
});
