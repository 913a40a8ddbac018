import { checkCell } from "@unroll/testing/cells";
import { describe, expect, test } from "vitest";
import { compile, randomKey, tensor, watch, type Tensor, type Value, type Values } from "@unroll/core";
import { numbers } from "../../test/numbers.ts";
import { someState } from "../../test/runs.ts";
import { bases, H, I } from "../../test/sample-cells.ts";
import { stepOf, trainedRun } from "../../test/steps.ts";
import { expectSame } from "../../test/trees.ts";
import {
  gru,
  init,
  initialState,
  lstm,
  recurrentDropout,
  rnn,
  stackCells,
  type Cell,
  type LstmParams,
} from "../index.ts";

const f64 = { dtype: "f64" } as const;
type LstmValues = Values<LstmParams>;
const [units, B, rate] = [100, 4, 0.3];

/** The gates of one step as they are, and the step with its candidate dropped. */
function run(cell: Cell<unknown, unknown>, names: readonly string[], key: Tensor) {
  const before = someState(cell, B, 1) as Readonly<Record<string, Tensor>>;
  const given = [init(cell.params, 1, f64), before, numbers([B, I], 1)] as const;
  const plain = (p: object, s: object, x: Value) => cell.step(p, s, x);
  const [, seen] = compile(watch(plain, names))(...given);
  const gates = Object.fromEntries(names.map((name) => [name, seen[name]![0]!.data]));
  const dropped = recurrentDropout(cell, names.at(-1)!, rate);
  return { before, gates, next: stepOf(dropped).trained(...given, key).next };
}

/** Check that each unit is what it is with the candidate dropped or kept, and count those dropped. */
function expectEither(got: Tensor, dropped: (i: number) => number, kept: (i: number) => number): void {
  let count = 0;
  got.data.forEach((x, i) => {
    const isDropped = Math.abs(x - dropped(i)) < Math.abs(x - kept(i));
    expect(x).toBeCloseTo(isDropped ? dropped(i) : kept(i), 14);
    if (isDropped) count++;
  });
  // Five deviations of a binomial.
  const n = got.data.length;
  expect(Math.abs(count - rate * n)).toBeLessThan(5 * Math.sqrt(n * rate * (1 - rate)));
}

test("of an LSTM, c' is f c or f c + i g / (1 - rate), and h' = o tanh(c')", () => {
  const { before, gates, next } = run(lstm(I, units), ["i", "f", "o", "g"], randomKey(1));
  const [i, f, o, g] = ["i", "f", "o", "g"].map((name) => gates[name]!);
  const old = before["c"]!.data;
  const c = next["c"]!;
  expectEither(
    c,
    (k) => f![k]! * old[k]!,
    (k) => f![k]! * old[k]! + (i![k]! * g![k]!) / (1 - rate),
  );
  next["h"]!.data.forEach((h, k) => expect(h).toBeCloseTo(o![k]! * Math.tanh(c.data[k]!), 14));
});

test("of a GRU, h' is z h or (1 - z) n / (1 - rate) + z h", () => {
  const { before, gates, next } = run(gru(I, units), ["z", "n"], randomKey(1));
  const [z, n] = [gates["z"]!, gates["n"]!];
  const old = before["h"]!.data;
  expectEither(
    next["h"]!,
    (k) => z[k]! * old[k]!,
    (k) => ((1 - z[k]!) * n[k]!) / (1 - rate) + z[k]! * old[k]!,
  );
});

test("steps, and the layers of a stack, have masks of their own", () => {
  // What is dropped of h is 0.
  const cell = stackCells(recurrentDropout(rnn(1, 50), "h", 0.5), recurrentDropout(rnn(50, 50), "h", 0.5));
  const params = init(cell.params, 1, f64);
  const start = someState(cell, 1, 1);
  const ones = tensor([[[1]], [[1]], [[1]]], f64);
  const { ys, last } = trainedRun(cell)(params, start, ones, randomKey(4));
  const zero = (data: ArrayLike<number>): string => Array.from(data, (x) => Number(x === 0)).join("");
  const masks = [0, 1, 2].map((t) => zero(ys.data.slice(50 * t, 50 * (t + 1))));
  const [lower] = last as readonly { readonly h: Tensor }[];
  expect(new Set([...masks, zero(lower!.h.data)]).size).toBe(4);
});

test("around a stack, every value of the name has a mask of its own", () => {
  const cell = recurrentDropout(stackCells(rnn(1, 50), rnn(50, 50)), "h", 0.5);
  const { next } = stepOf<readonly { readonly h: Tensor }[]>(cell).trained(
    init(cell.params, 1, f64),
    someState(cell, 1, 1),
    tensor([[1]], f64),
    randomKey(4),
  );
  const masks = next.map(({ h }) => Array.from(h.data, (x) => x === 0));
  for (const mask of masks) expect(new Set(mask)).toEqual(new Set([true, false]));
  expect(masks[0]).not.toEqual(masks[1]);
});

test("without a key, or at rate 0, it is the cell", () => {
  const cell = lstm(I, H);
  const given = [init(cell.params, 1, f64), someState(cell, 2, 1), numbers([2, I], 1)] as const;
  expectSame(stepOf(recurrentDropout(cell, "g", 0.5)).evaluated(...given), stepOf(cell).evaluated(...given));
  expect(recurrentDropout(cell, "g", 0)).toBe(cell);
});

test("what is watched is what was dropped, once", () => {
  const cell = recurrentDropout(lstm(I, 50), "g", 0.5);
  const f = (p: LstmValues, s: { readonly h: Value; readonly c: Value }, x: Value, key: Value) =>
    [cell.step(p, s, x, key), key] as const;
  const given = [init(cell.params, 1, f64), someState(cell, 1, 1), numbers([1, I], 1), randomKey(1)] as const;
  const [, { g }] = compile(watch(f, ["g"]))(...given);
  expect(g).toHaveLength(1);
  expect([...g[0]!.data]).toContain(0);
});

test("what has the name outside of the step is left alone", () => {
  const [encoder, decoder] = [lstm(I, I), lstm(I, H)];
  const f = (p: LstmValues, q: LstmValues, x: Value, key: Value) => {
    const start = { batch: 1, ...f64 };
    const [, y] = encoder.step(p, initialState(encoder.state, start), x);
    return {
      y,
      z: recurrentDropout(decoder, "g", 0.999).step(q, initialState(decoder.state, start), y, key),
    };
  };
  const { y, z } = compile(f)(
    init(encoder.params, 1, f64),
    init(decoder.params, 1, f64),
    numbers([1, I], 1),
    randomKey(1),
  );
  expect([...y.data]).not.toContain(0);
  expect([...z[1].data]).toEqual([0, 0, 0, 0]);
});

describe("in checkCell", () => {
  test.each(["rnn h", "lstm g", "gru n", "stack g", "stack h"])("%s", (name) => {
    const [base, candidate] = name.split(" ") as [string, string];
    checkCell(recurrentDropout(bases[base]!, candidate, 0.4), { inputs: I });
  });
});

test("a name that there is not, and a rate that is none, are refused", () => {
  const cell = recurrentDropout(lstm(I, H), "n", 0.5);
  const given = [init(cell.params, 1, f64), someState(cell, 1, 1), numbers([1, I], 1)] as const;
  expect(() => stepOf(cell).trained(...given, randomKey(1))).toThrowErrorMatchingInlineSnapshot(`
    [TreeError: recurrentDropout: the step labels no value "n".
    Names here: c, f, g, h, i, o.]
  `);
  expect(() => recurrentDropout(lstm(I, H), "g", 1)).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: recurrentDropout: the rate of g is 1.
    Rates are in [0, 1).]
  `);
});
