import { checkCell } from "@unroll/testing/cells";
import { describe, expect, test } from "vitest";
import { flatten } from "@unroll/core";
import { matrix, numbers } from "../../test/numbers.ts";
import { someState } from "../../test/runs.ts";
import { bases, cells, H, I } from "../../test/sample-cells.ts";
import { stepOf } from "../../test/steps.ts";
import { expectSame, mapTensors } from "../../test/trees.ts";
import { gru, init, layerNormStates, lstm, stackCells, type Cell } from "../index.ts";

const f64 = { dtype: "f64" } as const;

/** gain (x - mean) / sqrt(variance + epsilon) + bias of a row. */
function normalized(xs: readonly number[], gain: ArrayLike<number>, bias: ArrayLike<number>, epsilon = 1e-5) {
  const mean = xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const variance = xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / xs.length;
  return xs.map((x, i) => (gain[i]! * (x - mean)) / Math.sqrt(variance + epsilon) + bias[i]!);
}

test("new states are normalised, with a gain and a bias of their own, and an output that is one as well", () => {
  const inner = lstm(I, H);
  const wrapped = layerNormStates(inner);
  const drawn = init(wrapped.params, 1, f64);
  const params = { ...drawn, norms: mapTensors(drawn.norms, (x, path) => numbers(x.shape, path)) };
  const [s, x] = [someState(inner, 2, 1), numbers([2, I], 1)];
  const plain = stepOf(inner).evaluated(params.cell, s, x);
  const { next, y } = stepOf(wrapped).evaluated(params, s, x);
  for (const path of ["h", "c"] as const) {
    const { gain, bias } = params.norms[path]!;
    const expected = matrix(plain.next[path]!).flatMap((row) => normalized(row, gain.data, bias.data));
    expect([...next[path]!.data]).toEqual(expected.map((z) => expect.closeTo(z, 13)));
  }
  expect(y.data).toEqual(next["h"]!.data);
});

test("only the states that are named, with the epsilon that is asked for", () => {
  const inner = lstm(I, H);
  const wrapped = layerNormStates(inner, { c: true }, { epsilon: 0.5 });
  const params = init(wrapped.params, 1, f64);
  expect(params.norms.h).toBeUndefined();
  const [s, x] = [someState(inner, 1, 1), numbers([1, I], 1)];
  const plain = stepOf(inner).evaluated(params.cell, s, x);
  const { next, y } = stepOf(wrapped).evaluated(params, s, x);
  expectSame({ h: next["h"], y }, { h: plain.next["h"], y: plain.y });
  const [ones, zeros] = [
    [1, 1, 1, 1],
    [0, 0, 0, 0],
  ];
  const expected = normalized([...plain.next["c"]!.data], ones, zeros, 0.5);
  expect([...next["c"]!.data]).toEqual(expected.map((z) => expect.closeTo(z, 14)));
});

test("clocks, tokens and flags are not normalised", () => {
  const { norms } = init(layerNormStates(cells["busy"]!).params, 1);
  expect(() => layerNormStates(cells["busy"]!, { token: true })).toThrow(
    "layerNormStates: token is i32, no float",
  );
  expect(flatten(norms).map(({ path }) => path)).toEqual(["h.bias", "h.gain", "mask.bias", "mask.gain"]);
});

describe("in checkCell", () => {
  for (const [name, cell] of Object.entries(bases)) {
    test(name, () => checkCell(layerNormStates(cell), { inputs: I }));
  }
  test("one layer of a stack", () => {
    const stack = layerNormStates(stackCells(lstm(I, 2), gru(2, H)), [undefined, true]);
    checkCell(stack, { inputs: I });
  });
});

test("a state that there is not, or has no axis, is refused", () => {
  const which = { z: true } as const;
  const cell = lstm(I, H) as Cell<unknown, unknown>;
  expect(() => layerNormStates(cell, which)).toThrow("layerNormStates: there is no z");
  const counter: Cell<object, object> = {
    params: {},
    state: { n: { "~leaf": "state", shape: [], init: 0, dtype: undefined } },
    step: (_, s, x) => [s, x],
  };
  expect(() => layerNormStates(counter)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: layerNormStates: n is a number per sequence.
    Leave it out.]
  `);
});
