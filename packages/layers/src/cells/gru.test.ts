import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { compile, fromArray, tensor, type Value, type Values } from "@unroll/core";
import { distance, matrix, nested, numbers } from "../../test/numbers.ts";
import { countOf, mapTensors } from "../../test/trees.ts";
import { plainGru } from "../../test/plain-cells.ts";
import { gru, init, linear, paramsOf, rnn, stackCells, unroll } from "../index.ts";

const [T, B, I, H] = [4, 2, 3, 5];
const f64 = { dtype: "f64" } as const;

describe.each(["before", "after"] as const)("with the reset gate %s the recurrent product", (reset) => {
  const cell = gru(I, H, { reset });
  const params = {
    wx: numbers([I, 3 * H], "wx"),
    wh: numbers([H, 3 * H], "wh", 0.5),
    b: numbers([3 * H], "b"),
    bn: reset === "after" ? numbers([H], "bn") : undefined,
  };

  test("a sequence gives what a plain loop gives", () => {
    const [h, xs] = [numbers([B, H], "h"), numbers([T, B, I], "xs")];
    const run = compile((p: Values<typeof cell.params>, h: Value, xs: Value) => unroll(cell, p, { h }, xs));
    const [last, hs] = run(params, h, xs);
    const weights = { wx: matrix(params.wx), wh: matrix(params.wh), b: [...params.b.data] };
    for (let b = 0; b < B; b++) {
      const rows = (nested(xs) as number[][][]).map((row) => row[b]!);
      const expected = plainGru(weights, matrix(h)[b]!, rows, params.bn && [...params.bn.data]);
      const got = (nested(hs) as number[][][]).map((row) => row[b]!);
      expect(distance(got.flat(), expected.flat())).toBeLessThan(1e-14);
      expect(distance(matrix(last.h)[b]!, expected.at(-1)!)).toBeLessThan(1e-14);
    }
  });

  test("its gradient is that of differences, to the second order", () => {
    checkGradient(
      (p: Values<typeof cell.params>, h: Value, xs: Value) => unroll(cell, p, { h }, xs),
      [params, numbers([B, H], "h"), numbers([T, B, I], "xs")],
      { order: 2 },
    );
  });

  test("an update gate of 1 keeps the state, one of 0 takes the candidate", () => {
    const step = compile((p: Values<typeof cell.params>, h: Value, x: Value) => cell.step(p, { h }, x)[1]);
    const gate = (z: number) => {
      const b = new Float64Array(3 * H).fill(z, H, 2 * H);
      return { ...init(cell.params, 1, f64), b: tensor(b) };
    };
    const [h, x] = [numbers([B, H], "h"), numbers([B, I], "x")];
    expect([...step(gate(1000), h, x).data]).toEqual([...h.data]);
    const taken = step(gate(-1000), h, x);
    expect(Math.max(...taken.data.map(Math.abs))).toBeLessThan(1);
    expect(distance(taken.data, h.data)).toBeGreaterThan(0.1);
  });
});

test("the two forms are different functions", () => {
  const [before, after] = [gru(I, H, { reset: "before" }), gru(I, H)];
  const weights = init(before.params, 1, f64);
  const states = [before, after].map((cell) => {
    const step = compile((p: Values<typeof cell.params>, h: Value, x: Value) => cell.step(p, { h }, x)[1]);
    const bn = cell === after ? tensor(new Float64Array(H)) : undefined;
    return step({ ...weights, bn }, numbers([B, H], "h"), numbers([B, I], "x"));
  });
  expect(distance(states[0]!.data, states[1]!.data)).toBeGreaterThan(1e-3);
});

test.each(["before", "after"] as const)(
  "reset %s: updating the candidate is updating the state with negated columns of z",
  (reset) => {
    const [state, candidate] = [gru(I, H, { reset }), gru(I, H, { reset, update: "candidate" })];
    const p = init(state.params, 1, f64);
    const negated = mapTensors(p, (x, path) =>
      path === "bn"
        ? x
        : fromArray(
            x.type,
            x.data.map((w, i) => (Math.floor((i % (3 * H)) / H) === 1 ? -w : w)),
          ),
    );
    const [h, xs] = [numbers([B, H], "h"), numbers([T, B, I], "xs")];
    const run = (cell: typeof state) =>
      compile((p: Values<typeof cell.params>, h: Value, xs: Value) => unroll(cell, p, { h }, xs)[1]);
    // Both round: 1 - sigmoid(z) is not sigmoid(-z) in its last digit.
    expect(distance(run(state)(p, h, xs).data, run(candidate)(negated, h, xs).data)).toBeLessThan(1e-14);
  },
);

test("char-rnn's GRU and RNN have its 182,337 and 66,369 parameters, less the second biases", () => {
  const decode = linear(128, 65);
  const units = (layer: (inputs: number) => ReturnType<typeof gru> | ReturnType<typeof rnn>): unknown =>
    paramsOf({ rnn: stackCells(layer(65), layer(128)), decode });
  expect(countOf(units((inputs) => gru(inputs, 128, { reset: "before" })))).toBe(182_337 - 2 * 3 * 128);
  expect(countOf(units((inputs) => gru(inputs, 128)))).toBe(182_337 - 2 * 2 * 128);
  expect(countOf(units((inputs) => rnn(inputs, 128)))).toBe(66_369 - 2 * 128);
});

test("a form that there is not is named", () => {
  expect(() => gru(2, 3, { reset: "during" as "before" })).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: gru: there is no reset during.
    Choose before or after.]
  `);
  expect(() => gru(2, 3, { update: "reset" as "state" })).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: gru: there is no update reset.
    Choose state or candidate.]
  `);
});

test("a size that is none is named", () => {
  expect(() => gru(3, NaN)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: gru: hidden is NaN.
    Sizes are whole numbers from 1 on.]
  `);
});
