import { expect, test } from "vitest";
import { fromArray, tensor } from "@unroll/core";
import { distance, numbers } from "../../test/numbers.ts";
import { run } from "../../test/outputs.ts";
import { filled, init, lstm, phasedLstm, zeros } from "../index.ts";

const [T, B, I, H] = [5, 2, 3, 4];
const f64 = { dtype: "f64" } as const;
const xs = numbers([T, B, I], "xs");
const start = { h: numbers([B, H], "h"), c: numbers([B, H], "c") };
const times = (from: number, step: number) =>
  fromArray(
    { dtype: "f64", shape: [T, B, 1] },
    Float64Array.from({ length: T * B }, (_, i) => from + step * Math.floor(i / B)),
  );
const regular = { periodInit: filled(2), shiftInit: zeros };

test("with gates that are fully open at every input it is lstm", () => {
  const cell = phasedLstm(I, H, { ...regular, openInit: filled(1) });
  const p = init(cell.params, 1, f64);
  const { wx, wh, b } = p;
  const [, got] = run(cell, p, { x: xs, t: times(1, 2) }, start);
  const [, expected] = run(lstm(I, H), { wx, wh, b }, xs, start);
  expect(distance(got.data, expected.data)).toBeLessThan(1e-14);
});

test("with gates that are closed and do not leak the state stands still", () => {
  const cell = phasedLstm(I, H, { ...regular, openInit: filled(0.5), leak: 0 });
  const p = init(cell.params, 1, f64);
  const [last] = run(cell, p, { x: xs, t: times(-0.5, 2) }, start);
  expect([last.h.data, last.c.data]).toEqual([start.h.data, start.c.data]);
});

test("a gate opens and closes linearly in its share of the period, and leaks in the rest", () => {
  const cell = phasedLstm(1, 1, { ...regular, periodInit: filled(10), openInit: filled(0.4), leak: 0.5 });
  const zero = { wx: tensor([[0, 0, 0, 0]], f64), wh: tensor([[0, 0, 0, 0]], f64) };
  // i = f = 1, g = 0: the cell keeps c. o = 0: its h is 0, so that 1 - k of the old h is left.
  const b = tensor([1000, 1000, -1000, 0], f64);
  const p = { ...init(cell.params, 1, f64), ...zero, b };
  const state = { h: tensor([[1]], f64), c: tensor([[0.5]], f64) };
  const gate = (t: number): number => {
    const [, h] = run(cell, p, { x: tensor([[[0]]], f64), t: tensor([[[t]]], f64) }, state);
    return 1 - h.data[0]!;
  };
  const expected = [0, 0.5, 1, 0.5, 0.5 * 0.4, 0.5 * 0.8, 0.5];
  [0, 1, 2, 3, 4, 8, 11].forEach((t, i) => expect(gate(t)).toBeCloseTo(expected[i]!, 12));
});

test("a leak that is no share, and a size that is none, are named", () => {
  expect(() => phasedLstm(2, 3, { leak: -0.1 })).toThrowErrorMatchingInlineSnapshot(
    `
    [UnrollError: phasedLstm: leak is -0.1.
    Choose a number from 0 to 1.]
  `,
  );
  expect(() => phasedLstm(2, NaN)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: phasedLstm: hidden is NaN.
    Sizes are whole numbers from 1 on.]
  `);
});
