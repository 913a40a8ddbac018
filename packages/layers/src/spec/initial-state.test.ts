import { describe, expect, test } from "vitest";
import {
  bernoulli,
  cast,
  compile,
  div,
  evaluate,
  full,
  randomKey,
  tensor,
  type TensorType,
  type Value,
} from "@unroll/core";
import { initialState, lstm, param, redraw, stackCells, state, zeros } from "../index.ts";

const f32 = { dtype: "f32" } as const;

/** One dropout mask per sequence: ones without a key. */
const mask =
  (rate: number) =>
  (type: TensorType, key?: Value): Value =>
    key ? div(cast(bernoulli(key, 1 - rate, type.shape), type.dtype), 1 - rate) : full(1, type);

const masked = { h: state(3), x: state(40, { init: mask(0.5) }), y: state(40, { init: mask(0.5) }) };

describe("initialState", () => {
  test("gives every state its batch, its number and its dtype", () => {
    const spec = {
      h: state(2, { init: 0.5 }),
      clock: state([], { dtype: "i32", init: 7 }),
      map: state([2, 1]),
    };
    const start = evaluate(initialState(spec, { batch: 2, dtype: "f64" }));
    expect(start.h.type).toEqual({ dtype: "f64", shape: [2, 2] });
    expect([...start.h.data]).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(start.clock.type).toEqual({ dtype: "i32", shape: [2] });
    expect([...start.clock.data]).toEqual([7, 7]);
    expect(start.map.shape).toEqual([2, 2, 1]);
  });

  test("stands inside of graphs as well", () => {
    const f = compile((x: Value) => {
      const { h } = initialState(lstm(2, 3).state, { batch: x.shape[0]!, dtype: "f32" });
      return { x, h };
    });
    expect(f(tensor([1, 2, 3, 4])).h.shape).toEqual([4, 3]);
  });

  test("draws only with a key, every state from one of its own", () => {
    const quiet = evaluate(initialState(masked, { batch: 2, ...f32 }));
    expect(new Set(quiet.x.data)).toEqual(new Set([1]));
    const start = compile((key: Value) => initialState(masked, { batch: 2, ...f32, key }))(randomKey(1));
    expect(new Set(start.x.data)).toEqual(new Set([0, 2]));
    expect([...start.x.data]).not.toEqual([...start.y.data]);
    expect(new Set(start.h.data)).toEqual(new Set([0]));
  });

  test("a state that does not draw leaves the others' numbers alone", () => {
    const draw = (spec: typeof masked): number[] => [
      ...compile((key: Value) => initialState(spec, { batch: 1, ...f32, key }))(randomKey(1)).x.data,
    ];
    const more = { a: state(5), ...masked };
    expect(draw(more)).toEqual(draw(masked));
  });

  test("names what is passed by mistake", () => {
    const at = { batch: 2, ...f32 };
    expect(() => initialState(lstm(2, 3), at)).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: initialState: the argument is a cell, not its specs.
      Pass its state.]
    `);
    expect(() => initialState(lstm(2, 3).params, at)).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: initialState: b is a parameter's spec.
      Make tensors of it with init(spec, seed).]
    `);
    const { state: spec } = stackCells(lstm(2, 3));
    const values = initialState(spec, at);
    expect(() => initialState(values, at)).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: initialState: [0].c is a value already.
      Pass specs, as state makes them.]
    `);
    expect(() => initialState(spec, { batch: 0, ...f32 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: initialState: batch is 0.
      Sizes are whole numbers from 1 on.]
    `);
    const undecided = { batch: 1 } as Parameters<typeof initialState>[1];
    expect(() => initialState(spec, undecided)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: initialState: the dtype is undefined.
      Pass { dtype: "f32" } or { dtype: "f64" }.]
    `);
  });

  test("names a state whose own function makes something else", () => {
    const wide = { deep: [{ m: state(3, { init: (type) => full(1, { ...type, shape: [3] }) }) }] };
    expect(() => initialState(wide, { batch: 2, ...f32 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: initialState: deep[0].m is f32[2, 3], and its init made f32[3].
      Make a value of the type that init is given, e.g. full(1, type).]
    `);
    const none = { m: state(3, { init: () => 0 as unknown as Value }) };
    expect(() => initialState(none, { batch: 2, ...f32 })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: initialState: m: its init made no Value.]`,
    );
  });
});

describe("redraw", () => {
  test("draws the states that draw, and leaves the others", () => {
    const run = compile((k1: Value, k2: Value) => {
      const start = initialState(masked, { batch: 2, ...f32, key: k1 });
      const moved = { ...start, h: full(3, start.h.type) };
      return { start, again: redraw(masked, moved, k2) };
    });
    const { start, again } = run(randomKey(1), randomKey(2));
    expect([...again.x.data]).not.toEqual([...start.x.data]);
    expect([...again.x.data]).not.toEqual([...again.y.data]);
    expect(new Set(again.x.data)).toEqual(new Set([0, 2]));
    expect(new Set(again.h.data)).toEqual(new Set([3]));
    const same = run(randomKey(2), randomKey(2));
    expect([...same.again.x.data]).toEqual([...same.start.x.data]);
  });

  test("names the trees when they differ", () => {
    const start = initialState(masked, { batch: 2, ...f32 });
    const { x: _, ...part } = start;
    const key = full(0, { dtype: "i32", shape: [2] });
    expect(() => redraw(masked, part as typeof start, key)).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: redraw: the state is { h, y }, but the spec is { h, x, y }: x is missing.]`,
    );
    expect(() => redraw({ w: param([2], zeros) }, { w: start.h }, key)).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: redraw: w is a parameter's spec.
      Make tensors of it with init(spec, seed).]
    `);
  });
});
