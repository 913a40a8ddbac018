import { expect, test } from "vitest";
import { fromArray, type Tensor } from "@unroll/core";
import { distance, numbers } from "../../test/numbers.ts";
import { run } from "../../test/outputs.ts";
import { convLstm, init, lstm } from "../index.ts";

const [T, B, I, H] = [3, 2, 2, 3];
const f64 = { dtype: "f64" } as const;

test("on images of one place it is lstm", () => {
  const cell = convLstm([1, 1], I, H, { kernel: 1, peepholes: false });
  const p = init(cell.params, 1, f64);
  const shaped = (x: Tensor, shape: readonly number[]): Tensor => fromArray({ dtype: "f64", shape }, x.data);
  const xs = numbers([T, B, 1, 1, I], "xs");
  const start = { h: numbers([B, 1, 1, H], "h"), c: numbers([B, 1, 1, H], "c") };
  const [, got] = run(cell, p, xs, start);
  const [, expected] = run(
    lstm(I, H),
    { wx: shaped(p.wx, [I, 4 * H]), wh: shaped(p.wh, [H, 4 * H]), b: p.b },
    shaped(xs, [T, B, I]),
    { h: shaped(start.h, [B, H]), c: shaped(start.c, [B, H]) },
  );
  expect(distance(got.data, expected.data)).toBeLessThan(1e-15);
});

test("what happens at a place is heard no farther than the kernels reach in each step", () => {
  const cell = convLstm([1, 9], 1, 1);
  const p = init(cell.params, 1, f64);
  const dot = fromArray(
    { dtype: "f64", shape: [2, 1, 1, 9, 1] },
    Float64Array.from({ length: 18 }, (_, i) => Number(i === 4)),
  );
  const [, silent] = run(cell, p, fromArray(dot.type, new Float64Array(18)));
  const [, heard] = run(cell, p, dot);
  const differs = Array.from(heard.data, (y, i) => Math.abs(y - silent.data[i]!) > 1e-12);
  expect(differs.slice(0, 9)).toEqual([false, false, false, true, true, true, false, false, false]);
  expect(differs.slice(9)).toEqual([false, false, true, true, true, true, true, false, false]);
});

test("kernels of input and state have sizes of their own", () => {
  const { wx, wh, peep } = convLstm([4, 5], I, H, { kernel: 3, recurrentKernel: 5 }).params;
  expect([wx.shape, wh.shape, peep?.i.shape]).toEqual([
    [3, 3, I, 4 * H],
    [5, 5, H, 4 * H],
    [4, 5, H],
  ]);
});

test("a size that is none is named", () => {
  expect(() => convLstm([0, 4], 1, 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: convLstm: height is 0.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => convLstm([4, 4], 1, 2, { kernel: 1.5 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: convLstm: kernel is 1.5.
    Sizes are whole numbers from 1 on.]
  `);
});
