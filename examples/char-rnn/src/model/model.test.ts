import { compile, flatten, fromArray, randomKey, type Tensor, type Value } from "@unroll/core";
import { init } from "@unroll/layers";
import { describe, expect, test } from "vitest";
import { plain } from "../../test/small.ts";
import { tensorsIn } from "../../test/tensors-in.ts";
import { OptionError } from "../command-line/option.ts";
import { cellNames } from "./cells.ts";
import { charRnn, type Carry, type ModelOptions, type Params } from "./model.ts";

const symbols = 5;
const ids = [0, 1, 2, 3, 4, 0, 2, 1];
const column = (xs: readonly number[]): Tensor =>
  fromArray({ dtype: "i32", shape: [xs.length, 1] }, Int32Array.from(xs));

/**
 * The logits of a model along a text, from nothing; with a seed, as in training. Texts of one length share a program.
 */
function logitsOf(options: Partial<ModelOptions>, boundary?: number) {
  const model = charRnn({ ...plain, ...options }, symbols, boundary);
  const params = init(model.spec, 1);
  const read = compile(
    (params: Params, carry: Carry, x: Value, { key }: { readonly key: Value | undefined }) =>
      model.read(params, carry, x, { key })[1],
  );
  return (text: readonly number[], seed?: number): readonly (readonly number[])[] => {
    const key = seed === undefined ? undefined : randomKey(seed);
    const logits = read(params, model.start(1), column(text), { key });
    return text.map((_, t) => Array.from(logits.data.subarray(t * symbols, (t + 1) * symbols)));
  };
}

describe.each(cellNames)("%s", (cell) => {
  test("reads with one-hot symbols, tied weights, norms, zoneout and all kinds of dropout", () => {
    const small = { cell, size: 8, dropout: 0.2, zoneout: 0.1, layerNorm: true } as const;
    const all = [
      logitsOf({ ...small, tied: true, embedding: 8 })(ids, 1),
      logitsOf({ ...small, layers: 2, init: "glorot", dropoutKind: "locked" })(ids, 1),
      logitsOf({ ...small, embedding: 0, dropoutKind: "variational" })(ids, 1),
    ].flat(2);
    expect(all).toHaveLength(3 * ids.length * symbols);
    expect(all.every(Number.isFinite)).toBe(true);
  });

  test("what is read at a boundary and after it depends on nothing before it", () => {
    const read = logitsOf({ cell, size: 8 }, 4);
    const after = (before: readonly number[]): readonly number[] =>
      read([...before, 4, 1, 2])
        .slice(3)
        .flat();
    expect(after([0, 3, 1])).toEqual(after([2, 2, 0]));
  });
});

test("what is read from a boundary on is what is read of it alone, and without one it is not", () => {
  const [alone, later] = [
    [4, 1, 2],
    [0, 3, 1, 4, 1, 2],
  ] as const;
  const reset = logitsOf({ layers: 2 }, 4);
  // Programs of other lengths may add up f32 in other orders: a few units of the last place of numbers below 1.
  reset(later)
    .slice(3)
    .forEach((row, t) => row.forEach((logit, i) => expect(logit).toBeCloseTo(reset(alone)[t]![i]!, 6)));
  const carried = logitsOf({ layers: 2 });
  expect(carried(later).slice(3)).not.toEqual(carried(alone));
});

describe.each(["dropout", "zoneout"] as const)("%s", (name) => {
  test("is for training: without a key nothing is drawn, and the key decides", () => {
    const read = logitsOf({ [name]: 0.5 });
    const at = (seed?: number) => read(ids, seed);
    expect(at()).toEqual(at());
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
    expect(charRnn({ ...plain, [name]: 0.5 }, symbols).isNoisy).toBe(true);
  });
});

test("one-hot symbols are rows of the input's weights", () => {
  const model = charRnn({ ...plain, cell: "rnn", embedding: 0, size: 3 }, symbols);
  const params = init(model.spec, 1);
  const after = compile((p: Params, c: Carry, x: Value) => model.readOpenly(p, c, x)[2]);
  const h = tensorsIn(after(params, model.start(1), column([2])))("[0].h");
  const wx = tensorsIn(params.rnn)("[0].wx");
  [...h.data].forEach((h, i) => expect(h).toBeCloseTo(Math.tanh(wx.data[2 * 3 + i]!), 6));
});

test("tied weights decode with the table of the embedding", () => {
  const model = charRnn({ ...plain, tied: true, embedding: 6 }, symbols);
  expect(model.spec.decode.w).toBeUndefined();
  const logits = logitsOf({ tied: true, embedding: 6 })(ids).flat();
  expect(Math.max(...logits.map(Math.abs)), "an untrained model is sure of nothing").toBeLessThan(1);
  expect(() => charRnn({ ...plain, tied: true }, symbols)).toThrow(
    new OptionError("--tied: an embedding of 4 can't decode 6 units. Give --embedding 6."),
  );
});

test("variational masks stay the same from step to step, until they are drawn again", () => {
  const model = charRnn({ ...plain, dropout: 0.5, dropoutKind: "variational" }, symbols);
  const step = compile(
    (params: Params, carry: Carry, x: Value, key: Value) =>
      model.read(params, model.redraw(carry, key), x)[0],
  );
  const masksIn = (carry: unknown): readonly number[] => [...tensorsIn(carry)("[0].masks.state.h").data];
  const drawn = (seed: number) =>
    masksIn(step(init(model.spec, 1), model.start(1), column([1]), randomKey(seed)));
  expect(masksIn(model.start(1))).toEqual([1, 1, 1, 1, 1, 1]);
  expect(drawn(1).every((x) => x === 0 || x === 2)).toBe(true);
  expect(drawn(1)).toEqual(drawn(1));
  expect(new Set([1, 2, 3, 4, 5].map((seed) => drawn(seed).join())).size).toBeGreaterThan(1);
});

test("locked masks are of what goes up, and of no state", () => {
  const model = charRnn({ ...plain, layers: 2, dropout: 0.5, dropoutKind: "locked" }, symbols);
  const step = compile(
    (params: Params, carry: Carry, x: Value, key: Value) =>
      model.read(params, model.redraw(carry, key), x)[0],
  );
  const carry = step(init(model.spec, 1), model.start(1), column([1]), randomKey(1));
  const masks = flatten(carry).filter(({ path }) => path.includes("mask"));
  expect(masks.map(({ path }) => path)).toEqual(["[1].masks.input", "[2].masks.input"]);
  for (const { path } of masks)
    expect([...tensorsIn(carry)(path).data].every((x) => x === 0 || x === 2)).toBe(true);
});

test("first weights of Glorot and Bengio have the spread that their fans ask for, the decoder's biases none", () => {
  const [size, embedding] = [60, 20];
  const spec = charRnn({ ...plain, init: "glorot", size, embedding }, symbols).spec;
  const at = tensorsIn(init(spec, 1));
  for (const { data, shape } of ["rnn[0].wx", "rnn[0].wh", "decode.w"].map(at)) {
    const limit = Math.sqrt(6 / (shape[0]! + shape[1]!));
    const most = Math.max(...data.map(Math.abs));
    expect(most).toBeLessThanOrEqual(limit);
    expect(most).toBeGreaterThan(0.95 * limit);
  }
  expect([...at("decode.b").data]).toEqual(Array.from({ length: symbols }, () => 0));
});
