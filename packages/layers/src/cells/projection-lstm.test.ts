import { expect, test } from "vitest";
import { distance, numbers } from "../../test/numbers.ts";
import { run } from "../../test/outputs.ts";
import { identity, init, lstm, peepholeLstm, projectionLstm } from "../index.ts";

const [T, B, I, H] = [4, 2, 3, 4];
const f64 = { dtype: "f64" } as const;
const xs = numbers([T, B, I], "xs");
const start = { h: numbers([B, H], "h"), c: numbers([B, H], "c") };

test("with the identity as projection and no peepholes it is lstm", () => {
  const cell = projectionLstm(I, H, H, { peepholes: false });
  const p = {
    ...init(cell.params, 1, f64),
    wr: init({ wr: { ...cell.params.wr, init: identity() } }, 1, f64).wr,
  };
  const { wx, wh, b } = p;
  const [, got] = run(cell, p, xs, start);
  expect(distance(got.data, run(lstm(I, H), { wx, wh, b }, xs, start)[1].data)).toBeLessThan(1e-15);
});

test("with the identity as projection it is the LSTM with peepholes", () => {
  const cell = projectionLstm(I, H, H);
  const peep = { i: numbers([H], "i"), f: numbers([H], "f"), o: numbers([H], "o") };
  const p = {
    ...init(cell.params, 1, f64),
    wr: init({ wr: { ...cell.params.wr, init: identity() } }, 1, f64).wr,
    peep,
  };
  const { wx, wh, b } = p;
  const [, got] = run(cell, p, xs, start);
  const [, expected] = run(peepholeLstm(I, H), { wx, wh, b, peep, wg: undefined }, xs, {
    ...start,
    gates: undefined,
  });
  expect(distance(got.data, expected.data)).toBeLessThan(1e-15);
});

test("its output is what comes back, and behind it what does not", () => {
  const cell = projectionLstm(I, H, 2, { nonRecurrent: 3 });
  const [last, ys] = run(cell, init(cell.params, 1, f64), xs);
  expect(ys.shape).toEqual([T, B, 5]);
  expect(Array.from(ys.data.slice(-5, -3))).toEqual(Array.from(last.h.data.slice(-2)));
  expect(last.c.shape).toEqual([B, H]);
  expect([cell.params.wh.shape, cell.params.wp!.shape]).toEqual([
    [2, 4 * H],
    [H, 3],
  ]);
  expect(projectionLstm(I, H, 2).params.wp).toBeUndefined();
});

test("a size that is none is named", () => {
  expect(() => projectionLstm(2, 3, 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: projectionLstm: projection is 0.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => projectionLstm(2, 3, 2, { nonRecurrent: 0.5 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: projectionLstm: nonRecurrent is 0.5.
    Sizes are whole numbers from 1 on.]
  `);
});
