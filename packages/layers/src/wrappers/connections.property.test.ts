import { checkCell } from "@unroll/testing/cells";
import { describe, expect, test } from "vitest";
import { compile, concat, mul, randomKey, tensor, type Value, type Values } from "@unroll/core";
import { matrix, numbers } from "../../test/numbers.ts";
import { someState } from "../../test/runs.ts";
import { bases, H, I, noise } from "../../test/sample-cells.ts";
import { stepOf } from "../../test/steps.ts";
import { expectSame } from "../../test/trees.ts";
import {
  cell,
  gru,
  highwayCell,
  init,
  lstm,
  residual,
  rnn,
  stackCells,
  stackWithSkips,
  type Cell,
} from "../index.ts";

const f64 = { dtype: "f64" } as const;

/** Cells that take what they give. */
const squares: Readonly<Record<string, Cell<unknown, unknown>>> = {
  rnn: rnn(H, H),
  lstm: lstm(H, H),
  gru: gru(H, H),
  stack: stackCells(lstm(H, 2), noise, gru(2, H)),
};
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe("residual", () => {
  for (const [name, inner] of Object.entries(squares)) {
    test(`${name}: the output is x more, and the states are those of the cell`, () => {
      const given = [init(inner.params, 1, f64), someState(inner, 2, 1), numbers([2, H], 1)] as const;
      const plain = stepOf(inner).trained(...given, randomKey(5));
      const { next, y } = stepOf(residual(inner)).trained(...given, randomKey(5));
      expectSame(next, plain.next);
      expect([...y.data]).toEqual(Array.from(plain.y.data, (f, i) => given[2].data[i]! + f));
    });

    test(`${name} in checkCell`, () => checkCell(residual(inner), { inputs: H }));
  }

  test("inputs may be a tree", () => {
    const twice = cell({
      params: {},
      state: {},
      step: (_, s, { a, b }: { readonly a: Value; readonly b: Value }) => [s, { b: mul(2, a), a: mul(3, b) }],
    });
    const run = compile((a: Value, b: Value) => residual(twice).step({}, {}, { a, b })[1]);
    const { a, b } = run(tensor([[1, 2]]), tensor([[10, 20]]));
    expect([...a.data, ...b.data]).toEqual([31, 62, 12, 24]);
  });

  test("a cell that makes something else of its input is refused, though it might be added", () => {
    const step = (inner: Cell<unknown, unknown>, width: number): unknown =>
      stepOf(residual(inner)).evaluated(
        init(inner.params, 1, f64),
        someState(inner, 2, 1),
        numbers([2, width], 1),
      );
    expect(() => step(lstm(1, H), 1)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: residual: x is f64[2, 1], and the cell makes f64[2, 4] of it.
      Give the cell as many units as it has inputs.]
    `);
  });
});

describe("highwayCell", () => {
  for (const [name, inner] of Object.entries(squares)) {
    test(`${name}: the gate mixes what the cell makes of x with x`, () => {
      const highway = highwayCell(inner, H);
      const params = init(highway.params, 1, f64);
      const [s, x] = [someState(inner, 2, 1), numbers([2, H], 1)];
      const plain = stepOf(inner).evaluated(params.cell, s, x);
      const { next, y } = stepOf(highway).evaluated(params, s, x);
      const [w, b] = [matrix(params.gate.w), params.gate.b.data];
      const expected = matrix(x).flatMap((row, r) =>
        row.map((xi, j) => {
          const t = sigmoid(row.reduce((sum, xk, k) => sum + xk * w[k]![j]!, 0) + b[j]!);
          return t * matrix(plain.y)[r]![j]! + (1 - t) * xi;
        }),
      );
      expect([...y.data]).toEqual(expected.map((z) => expect.closeTo(z, 14)));
      expectSame(next, plain.next);
    });

    test(`${name} in checkCell`, () => checkCell(highwayCell(inner, H), { inputs: H }));
  }

  test("gates start at -1 or at what is asked for", () => {
    expect([...init(highwayCell(rnn(2, 2), 2).params, 1).gate.b.data]).toEqual([-1, -1]);
    const { gate } = init(
      highwayCell(rnn(2, 2), 2, { gateBias: -3, init: (s) => [s[0]!, 0, 0, 1] }).params,
      1,
    );
    expect([...gate.b.data, ...gate.w.data]).toEqual([-3, -3, 2, 0, 0, 1]);
  });

  test("a cell that makes something else of its input is refused", () => {
    const highway = highwayCell(lstm(3, H), 3);
    const step = (): unknown =>
      stepOf(highway).evaluated(init(highway.params, 1, f64), someState(highway, 2, 1), numbers([2, 3], 1));
    expect(step).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: highwayCell: x is f64[2, 3], and the cell makes f64[2, 4] of it.
      Give the cell as many units as it has inputs.]
    `);
    expect(() => highwayCell(lstm(3, 3), 0)).toThrow("highwayCell: size is 0");
  });
});

describe("stackWithSkips", () => {
  const layers = [lstm(I, 2), gru(I + 2, 3), rnn(I + 3, H)] as const;
  const stack = stackWithSkips(...layers);
  type P = Values<typeof stack.params>;
  type S = Values<typeof stack.state>;

  test("every layer sees the input beside what is below it, and the output all of them", () => {
    const given = [init(stack.params, 1, f64), someState(stack, 2, 1), numbers([2, I], 1)] as const;
    const byHand = compile(([p1, p2, p3]: P, [s1, s2, s3]: S, x: Value) => {
      const [n1, h1] = layers[0].step(p1, s1, x);
      const [n2, h2] = layers[1].step(p2, s2, concat([x, h1]));
      const [n3, h3] = layers[2].step(p3, s3, concat([x, h2]));
      return { next: [n1, n2, n3], y: concat([h1, h2, h3]) };
    });
    expectSame(stepOf(stack).evaluated(...given), byHand(...given));
  });

  test("of one cell it is that cell", () => {
    const cell = lstm(I, H);
    const given = [init(cell.params, 1, f64), someState(cell, 2, 1), numbers([2, I], 1)] as const;
    const one = stepOf(stackWithSkips(cell)).evaluated([given[0]], [given[1]], given[2]);
    const plain = stepOf(cell).evaluated(...given);
    expectSame(one, { next: [plain.next], y: plain.y });
  });

  test("every layer has noise of its own", () => {
    const noisy = stackWithSkips(noise, noise);
    const x = tensor(new Float64Array(60).fill(1), { shape: [1, 60] });
    const { y } = stepOf(noisy).trained([{}, {}], [{}, {}], x, randomKey(3));
    const [first, above] = [y.data.slice(0, 60), y.data.slice(60, 120)];
    expect(first.map((z) => Math.min(z, 1))).not.toEqual(above.map((z) => Math.min(z, 1)));
  });

  test("in checkCell", () => {
    checkCell(stack, { inputs: I });
    checkCell(stackWithSkips(bases["lstm"]!, stackCells(noise, gru(I + H, 2))), { inputs: I });
  });

  test("a stack of nothing is refused", () => {
    expect(() => stackWithSkips()).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: stackWithSkips: there are no cells.]`,
    );
  });
});

test("connections keep the types of what they are around", () => {
  const deep = stackCells(lstm(3, 4), residual(lstm(4, 4)), highwayCell(gru(4, 4), 4));
  const params = init(deep.params, 1);
  expect(params[1].wx.shape).toEqual([4, 16]);
  expect(params[2].cell.wx.shape).toEqual([4, 12]);
});
