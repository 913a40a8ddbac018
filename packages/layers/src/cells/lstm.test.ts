import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, tensor, watch, type Init, type Value, type Values } from "@unroll/core";
import { distance, matrix, nested, numbers } from "../../test/numbers.ts";
import { countOf } from "../../test/trees.ts";
import { plainLstm } from "../../test/plain-cells.ts";
import { init, initialState, linear, lstm, paramsOf, stackCells, unroll, zeros } from "../index.ts";

const [T, B, I, H] = [4, 2, 3, 5];
const f64 = { dtype: "f64" } as const;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

test("one step is the equations, with the gates i, f, o and the candidate g in this order", () => {
  const cell = lstm(1, 1);
  const step = compile((p: Values<typeof cell.params>, h: Value, c: Value, x: Value) =>
    cell.step(p, { h, c }, x),
  );
  const params = {
    wx: tensor([[0.1, 0.2, 0.3, 0.4]], f64),
    wh: tensor([[0.5, 0.6, 0.7, 0.8]], f64),
    b: tensor([-0.1, -0.2, -0.3, -0.4], f64),
  };
  const [next, y] = step(params, tensor([[2]], f64), tensor([[3]], f64), tensor([[10]], f64));
  const c = sigmoid(1 + 1 - 0.1) * Math.tanh(4 + 1.6 - 0.4) + sigmoid(2 + 1.2 - 0.2) * 3;
  expect(next.c.data[0]).toBeCloseTo(c, 14);
  expect(next.h.data[0]).toBeCloseTo(sigmoid(3 + 1.4 - 0.3) * Math.tanh(c), 14);
  expect(y.data[0]).toBe(next.h.data[0]);
});

test("a sequence gives what a plain loop gives", () => {
  const cell = lstm(I, H);
  const params = {
    wx: numbers([I, 4 * H], "wx"),
    wh: numbers([H, 4 * H], "wh", 0.4),
    b: numbers([4 * H], "b"),
  };
  const start = { h: numbers([B, H], "h"), c: numbers([B, H], "c") };
  const xs = numbers([T, B, I], "xs");
  const run = compile((p: Values<typeof cell.params>, s: Values<typeof cell.state>, xs: Value) =>
    unroll(cell, p, s, xs),
  );
  const [last, hs] = run(params, start, xs);
  const weights = { wx: matrix(params.wx), wh: matrix(params.wh), b: [...params.b.data] };
  for (let b = 0; b < B; b++) {
    const rows = (nested(xs) as number[][][]).map((row) => row[b]!);
    const expected = plainLstm(weights, { h: matrix(start.h)[b]!, c: matrix(start.c)[b]! }, rows);
    const got = (nested(hs) as number[][][]).map((row) => row[b]!);
    expect(
      distance(
        got.flat(),
        expected.flatMap(({ h }) => h),
      ),
    ).toBeLessThan(1e-14);
    expect(distance(matrix(last.c)[b]!, expected.at(-1)!.c)).toBeLessThan(1e-14);
  }
});

test("the bias of the forget gates, and of these alone, starts from 1 or from what is asked for", () => {
  expect([...init(lstm(2, 3).params, 1).b.data]).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  const { b } = init(lstm(2, 2, { forgetBias: -2 }).params, 1);
  expect([...b.data]).toEqual([0, 0, -2, -2, 0, 0, 0, 0]);
});

test("all biases start from what biasInit gives: those of chrono initialization, here for up to 100 steps", () => {
  const chrono: Init = ([size = 0], random) => {
    const scales = Array.from({ length: size / 4 }, () => Math.log(1 + 98 * random.uniform()));
    return [...scales.map((b) => -b), ...scales, ...scales.map(() => 0), ...scales.map(() => 0)];
  };
  const b = [...init(lstm(2, 50, { biasInit: chrono }).params, 1, f64).b.data];
  const [i, f] = [b.slice(0, 50), b.slice(50, 100)];
  expect(f).toEqual(i.map((x) => -x));
  expect(Math.max(...f)).toBeGreaterThan(Math.log(90));
  expect(Math.max(...f)).toBeLessThanOrEqual(Math.log(99));
});

test("biases that are given twice are refused", () => {
  expect(() => lstm(2, 3, { forgetBias: 1, biasInit: zeros })).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: lstm: forgetBias and biasInit both say how biases start.
    Leave one of them out.]
  `);
});

test("char-rnn's 2 x 128 LSTM has its 240,321 parameters, less the second bias of every layer", () => {
  const model = { rnn: stackCells(lstm(65, 128), lstm(128, 128)), decode: linear(128, 65) };
  expect(countOf(paramsOf(model))).toBe(240_321 - 2 * 4 * 128);
});

test("its gradient is that of differences, to the second order", () => {
  const cell = lstm(I, H);
  checkGradient(
    (p: Values<typeof cell.params>, s: Values<typeof cell.state>, xs: Value) => unroll(cell, p, s, xs),
    [
      init(cell.params, 1, f64),
      { h: numbers([B, H], "h"), c: numbers([B, H], "c") },
      numbers([T, B, I], "xs"),
    ],
    { order: 2 },
  );
});

test("its gates can be watched", () => {
  const cell = lstm(I, H);
  const score = (params: Values<typeof cell.params>, xs: Value) =>
    unroll(cell, params, initialState(cell.state, { batch: B, ...f64 }), xs)[0];
  const [last, seen] = compile(watch(score, ["i", "f", "o", "g", "c", "h"]))(
    init(cell.params, 1, f64),
    numbers([T, B, I], "xs"),
  );
  const [f, c] = [seen.f[0]!, seen.c[0]!];
  expect(f.shape).toEqual([T, B, H]);
  expect([...c.data].slice(-B * H)).toEqual([...last.c.data]);
  expect(seen.h).toHaveLength(1);
});

test("an input of another width is named, with the parameter it meets", () => {
  const model = { rnn: lstm(64, 128) };
  const run = compile((params: { rnn: Values<typeof model.rnn.params> }, x: Value) =>
    unroll(model.rnn, params.rnn, initialState(model.rnn.state, { batch: 50, dtype: "f32" }), x),
  );
  const params = init(paramsOf(model), 1);
  const x = tensor(new Float32Array(2 * 50 * 65), { shape: [2, 50, 65] });
  expect(() => run(params, x)).toThrowErrorMatchingInlineSnapshot(
    `
    [ShapeError: matmul: x f32[50, 65] and params.rnn.wx f32[64, 512]: inner sizes 65 and 64 differ.
    Give params.rnn.wx 65 rows, or x a last axis of 64.]
  `,
  );
});

test("a size that is none is named", () => {
  expect(() => lstm(0, 4)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: lstm: inputs is 0.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => lstm(4, 1.5)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: lstm: hidden is 1.5.
    Sizes are whole numbers from 1 on.]
  `);
});
