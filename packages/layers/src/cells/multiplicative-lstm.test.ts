import { expect, test } from "vitest";
import { fromArray, tensor } from "@unroll/core";
import { distance, matrix, numbers } from "../../test/numbers.ts";
import { run } from "../../test/outputs.ts";
import { init, lstm, multiplicativeLstm } from "../index.ts";

const [T, B, H] = [4, 2, 3];
const f64 = { dtype: "f64" } as const;

test("where the input's factor is 1, it is lstm with the product of both recurrent matrices", () => {
  const cell = multiplicativeLstm(1, H);
  const p = { ...init(cell.params, 1, f64), wmx: tensor([[1, 1, 1]], f64) };
  const product = matrix(p.wmh).flatMap((row) =>
    Array.from({ length: 4 * H }, (_, j) => row.reduce((sum, w, k) => sum + w * matrix(p.wm)[k]![j]!, 0)),
  );
  const wh = fromArray({ dtype: "f64", shape: [H, 4 * H] }, Float64Array.from(product));
  const xs = fromArray({ dtype: "f64", shape: [T, B, 1] }, new Float64Array(T * B).fill(1));
  const start = { h: numbers([B, H], "h"), c: numbers([B, H], "c") };
  const [, got] = run(cell, p, xs, start);
  const [, expected] = run(lstm(1, H), { wx: p.wx, wh, b: p.b }, xs, start);
  expect(distance(got.data, expected.data)).toBeLessThan(1e-14);
});

test("an input of 0 hears nothing of the state", () => {
  const cell = multiplicativeLstm(2, H);
  const p = init(cell.params, 1, f64);
  const xs = fromArray({ dtype: "f64", shape: [1, 2, 2] }, new Float64Array(4));
  const h = tensor(
    [
      [1, 2, 3],
      [-5, 0, 5],
    ],
    f64,
  );
  const c = tensor(
    [
      [1, 1, 1],
      [1, 1, 1],
    ],
    f64,
  );
  const [, y] = run(cell, p, xs, { h, c });
  expect(Array.from(y.data.slice(0, H))).toEqual(Array.from(y.data.slice(H)));
});

test("a size that is none is named", () => {
  expect(() => multiplicativeLstm(-1, 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: multiplicativeLstm: inputs is -1.
    Sizes are whole numbers from 1 on.]
  `);
});
