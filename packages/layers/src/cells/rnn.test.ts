import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { compile, tensor, type Value, type Values } from "@unroll/core";
import { distance, matrix, nested, numbers } from "../../test/numbers.ts";
import { average } from "../../test/plain-vectors.ts";
import { plainRnn } from "../../test/plain-cells.ts";
import { filled, gru, identity, init, irnn, lstm, rnn, unroll } from "../index.ts";

const [T, B, I, H] = [4, 2, 3, 5];

test("one step is tanh(x wx + h wh + b)", () => {
  const cell = rnn(1, 1);
  const step = compile((p: Values<typeof cell.params>, h: Value, x: Value) => cell.step(p, { h }, x)[1]);
  const f64 = { dtype: "f64" } as const;
  const params = { wx: tensor([[0.5]], f64), wh: tensor([[-2]], f64), b: tensor([0.1], f64) };
  const { data } = step(params, tensor([[0.3]], f64), tensor([[2]], f64));
  expect(data[0]).toBeCloseTo(Math.tanh(2 * 0.5 + 0.3 * -2 + 0.1), 15);
});

test("a sequence gives what a plain loop gives", () => {
  const cell = rnn(I, H);
  const params = { wx: numbers([I, H], "wx"), wh: numbers([H, H], "wh", 0.4), b: numbers([H], "b") };
  const [h, xs] = [numbers([B, H], "h"), numbers([T, B, I], "xs")];
  const run = compile((p: Values<typeof cell.params>, h: Value, xs: Value) => unroll(cell, p, { h }, xs));
  const [last, hs] = run(params, h, xs);
  const weights = { wx: matrix(params.wx), wh: matrix(params.wh), b: [...params.b.data] };
  for (let b = 0; b < B; b++) {
    const rows = (nested(xs) as number[][][]).map((row) => row[b]!);
    const expected = plainRnn(weights, matrix(h)[b]!, rows);
    const got = (nested(hs) as number[][][]).map((row) => row[b]!);
    expect(distance(got.flat(), expected.flat())).toBeLessThan(1e-14);
    expect(distance(matrix(last.h)[b]!, expected.at(-1)!)).toBeLessThan(1e-14);
  }
});

test("an IRNN starts as a sum of what it has seen", () => {
  const cell = irnn(2, 2, { init: identity(2) });
  const run = compile((p: Values<typeof cell.params>, h: Value, xs: Value) => unroll(cell, p, { h }, xs)[1]);
  const hs = run(init(cell.params, 1), tensor([[0, 0]]), tensor([[[1, 2]], [[3, 4]], [[5, 6]]]));
  expect([...hs.data]).toEqual([2, 4, 8, 12, 18, 24]);
});

test("its gradient is that of differences, to the second order", () => {
  const cell = rnn(I, H);
  checkGradient(
    (p: Values<typeof cell.params>, h: Value, xs: Value) => unroll(cell, p, { h }, xs),
    [init(cell.params, 1, { dtype: "f64" }), numbers([B, H], "h"), numbers([T, B, I], "xs")],
    { order: 2 },
  );
});

test.each([rnn, lstm, gru])("%o draws recurrent weights like those of the input, unless told", (make) => {
  const one = init(make(2, 2, { init: filled(3) }).params, 1);
  expect(new Set([...one.wx.data, ...one.wh.data])).toEqual(new Set([3]));
  const two = init(make(2, 2, { init: filled(3), recurrentInit: filled(4) }).params, 1);
  expect(new Set(two.wx.data)).toEqual(new Set([3]));
  expect(new Set(two.wh.data)).toEqual(new Set([4]));
  const limit = Math.max(...init(make(2, 100).params, 1).wh.data);
  expect(limit).toBeGreaterThan(0.095);
  expect(limit).toBeLessThanOrEqual(Math.fround(0.1));
});

test("an IRNN draws its input weights close to 0, and starts from the identity", () => {
  const { wx, wh, b } = init(irnn(100, 100).params, 1);
  const deviation = Math.sqrt(average(Array.from(wx.data, (w) => w * w)));
  // Of 10,000 draws the deviation is off by 1/sqrt(2 * 10,000) of itself, 0.7%, one time in three.
  expect(Math.abs(deviation / 0.001 - 1)).toBeLessThan(0.03);
  expect([...wh.data]).toEqual(Array.from({ length: 1e4 }, (_, i) => Number(i % 101 === 0)));
  expect(new Set(b.data)).toEqual(new Set([0]));
});

describe("sizes", () => {
  test("a size that is none is named", () => {
    expect(() => rnn(3, 0)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: rnn: hidden is 0.
      Sizes are whole numbers from 1 on.]
    `);
    expect(() => rnn(2.5, 4)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: rnn: inputs is 2.5.
      Sizes are whole numbers from 1 on.]
    `);
    expect(() => irnn(0, 4)).toThrow("irnn: inputs is 0.");
    expect(() => rnn(3, -4)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: rnn: hidden is -4.
      Sizes are whole numbers from 1 on.]
    `);
  });
});
