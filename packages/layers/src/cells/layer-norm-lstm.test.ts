import { expect, test } from "vitest";
import { fromArray } from "@unroll/core";
import { distance, numbers } from "../../test/numbers.ts";
import { run } from "../../test/outputs.ts";
import { init, layerNormLstm } from "../index.ts";

const [T, B, I, H] = [4, 2, 3, 4];
const f64 = { dtype: "f64" } as const;

test("the scale of inputs and of recurrent weights changes nothing", () => {
  // What is added to the variance is not scaled along: it has to be small beside the variances.
  const cell = layerNormLstm(I, H, { epsilon: 1e-20 });
  const p = init(cell.params, 1, f64);
  const xs = numbers([T, B, I], "xs");
  const start = { h: numbers([B, H], "h"), c: numbers([B, H], "c") };
  const scaled = (x: typeof xs, by: number) =>
    fromArray(
      x.type,
      x.data.map((one) => by * one),
    );
  const [, one] = run(cell, p, xs, start);
  const [, other] = run(cell, { ...p, wh: scaled(p.wh, 0.01) }, scaled(xs, 1000), start);
  expect(distance(one.data, other.data)).toBeLessThan(1e-13);
});

test("what the cell holds is not normalized, only what is read from it", () => {
  const cell = layerNormLstm(1, 2, { forgetBias: 1000 });
  const p = init(cell.params, 1, f64);
  const zero = fromArray(p.gain.x.type, new Float64Array(8));
  // Gates hear nothing: i = o = 1/2, g = 0, f = 1.
  const held = { ...p, gain: { ...p.gain, x: zero, h: zero } };
  const c = fromArray({ dtype: "f64", shape: [1, 2] }, Float64Array.of(100, 300));
  const [last, y] = run(cell, held, numbers([1, 1, 1], "x"), { h: numbers([1, 2], "h"), c });
  expect([...last.c.data]).toEqual([100, 300]);
  expect(y.data[0]).toBeCloseTo(-Math.tanh(1) / 2, 6);
  expect(y.data[1]).toBeCloseTo(Math.tanh(1) / 2, 6);
});

test("a size that is none is named", () => {
  expect(() => layerNormLstm(2, 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: layerNormLstm: hidden is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
