import { describe, expect, test } from "vitest";
import { constant, tensor } from "@unroll/core";
import {
  bidirectional,
  init,
  linear,
  lstm,
  normal,
  param,
  paramsOf,
  state,
  uniform,
  zeros,
  type Cell,
} from "../index.ts";

const spec = { a: param([2, 3], normal(1)), deep: [{ b: param([4], uniform(1)) }] } as const;

test("tensors have the tree and the shapes of the specs, in f32 or f64", () => {
  const params = init(spec, 1);
  expect(params.a.type).toEqual({ dtype: "f32", shape: [2, 3] });
  expect(params.deep[0].b.type).toEqual({ dtype: "f32", shape: [4] });
  const double = init(spec, 1, { dtype: "f64" });
  expect(double.a.type.dtype).toBe("f64");
  expect([...params.a.data]).toEqual([...double.a.data].map(Math.fround));
});

test("a leaf depends on the seed and its path, and on nothing else", () => {
  const numbers = (x: { readonly data: ArrayLike<number> }): number[] => Array.from(x.data);
  const { a } = init(spec, 1);
  const more = { z: param([9], normal(1)), ...spec, a0: param([5], normal(1)) };
  expect(numbers(init(more, 1).a)).toEqual(numbers(a));
  expect(numbers(init({ deep: spec.deep, a: spec.a }, 1).a)).toEqual(numbers(a));
  expect(numbers(init(spec, 2).a)).not.toEqual(numbers(a));
  expect(numbers(init({ c: spec.a }, 1).c)).not.toEqual(numbers(a));
});

test("a spec at two places becomes two tensors", () => {
  const w = param([3], normal(1));
  const { first, second } = init({ first: w, second: w }, 1);
  expect([...first.data]).not.toEqual([...second.data]);
});

test("an optional parameter that is left out stays left out", () => {
  const params = init(linear(2, 3, { bias: false }).params, 1);
  expect(params.b).toBeUndefined();
  expect(params.w.shape).toEqual([2, 3]);
});

describe("what is passed by mistake is named", () => {
  test("a cell, a layer, or a model instead of its params", () => {
    expect(() => init(lstm(2, 3), 1)).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: init: the argument is a cell, not its specs.
      Pass its params, or paramsOf(model) for those of a whole model.]
    `);
    expect(() => init({ layers: [{ decode: linear(2, 3) }] }, 1)).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: init: layers[0].decode is a layer, not its specs.
      Pass its params, or paramsOf(model) for those of a whole model.]
    `);
    const pair = bidirectional(lstm(2, 3), lstm(2, 3));
    expect(() => init({ pair }, 1)).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: init: pair is a pair of cells, not its specs.
      Pass its params, or paramsOf(model) for those of a whole model.]
    `);
  });

  test("values, tensors and states instead of parameters", () => {
    expect(() => init({ w: tensor([1]) }, 1)).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: init: w is a tensor already.
      Pass specs, as param makes them.]
    `);
    expect(() => init({ w: constant(tensor([1])) }, 1)).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: init: w is a value already.
      Pass specs, as param makes them.]
    `);
    expect(() => init(lstm(2, 3).state, 1)).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: init: c is a state's spec.
      Make values of it with initialState(spec, { batch, dtype }).]
    `);
    expect(() => init({ size: 3 }, 1)).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: tree: size is the number 3.
      Leaves are values, tensors or specs.]
    `);
  });

  test("an initialiser that makes another number of numbers", () => {
    const wrong = { rnn: { b: param([4], () => [1, 2, 3]) } };
    expect(() => init(wrong, 1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: init: rnn.b f32[4]: its initialiser made 3 numbers.]`,
    );
  });

  test("a seed or a dtype that is none", () => {
    expect(() => init(spec, 0.5)).toThrowErrorMatchingInlineSnapshot(`
      [KeyError: init: 0.5 is no seed.
      A seed is a whole number of at most 53 bits.]
    `);
    expect(() => init(spec, 1, { dtype: "i32" as "f32" })).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: init: the dtype is i32.
      Pass { dtype: "f32" } or { dtype: "f64" }.]
    `);
  });
});

describe("paramsOf", () => {
  test("has the params of every part, however they are arranged", () => {
    const rnn = lstm(2, 3);
    const tree = paramsOf({ rnn, heads: [linear(3, 1)], extra: param([3], zeros), none: undefined });
    expect(Object.keys(tree)).toEqual(["rnn", "heads", "extra", "none"]);
    expect(tree.rnn).toBe(rnn.params);
    expect(tree.heads[0].w.shape).toEqual([3, 1]);
    expect(tree.none).toBeUndefined();
    expect(paramsOf(rnn)).toBe(rnn.params);
  });

  test("refuses what has none", () => {
    expect(() => paramsOf({ rnn: { h: state(3) } })).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: paramsOf: rnn.h is a state.
      A model is a tree of cells, layers and parameters' specs.]
    `);
    expect(() => paramsOf({ size: 3 })).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: paramsOf: size is 3.
      A model is a tree of cells, layers and parameters' specs.]
    `);
    const { state: s, step } = lstm(2, 3) as Cell<unknown, unknown>;
    expect(() => paramsOf([{ state: s, step }])).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: paramsOf: [0] is a cell without params.
      A model is a tree of cells, layers and parameters' specs.]
    `);
  });
});
