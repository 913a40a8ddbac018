import { afterEach, describe, expect, test, vi } from "vitest";
import {
  add,
  compile,
  copy,
  evaluate,
  constant,
  full,
  input,
  matmul,
  mul,
  sum,
  take,
  tanh,
  tensor,
  type Graph,
  type Node,
  type Value,
} from "../index.ts";

afterEach(() => vi.restoreAllMocks());

describe("compile", () => {
  test("makes a function on tensors of a function on values, with the same trees", () => {
    const f = compile((p: { w: Value; b: Value }, x: Value) => ({ y: add(mul(p.w, x), p.b), list: [p.b] }));
    const { y, list } = f({ w: tensor([2, 3]), b: tensor([1, 1]) }, tensor([10, 10]));
    expect([...y.data]).toEqual([21, 31]);
    expect([...list[0]!.data]).toEqual([1, 1]);
  });

  test("compiles once per tuple of types", () => {
    const seen: string[] = [];
    const f = compile((x: Value) => mul(2, x), { onCompile: (types) => seen.push(types) });
    f(tensor([1]));
    f(tensor([5]));
    f(tensor([1, 2]));
    expect(f.compilations).toBe(2);
    expect(seen).toEqual(["x f32[1]", "x f32[2]"]);
  });

  test("returns copies, also of inputs and of values that are returned twice", () => {
    const f = compile((x: Value) => ({ x, a: mul(2, x), b: mul(2, x) }));
    const x = tensor([1]);
    const result = f(x);
    result.x.data[0] = 7;
    result.a.data[0] = 7;
    expect([x.data[0], result.b.data[0]]).toEqual([1, 2]);
  });

  test("takes whole trees of which it uses a part", () => {
    const f = compile((p: { used: Value; idle: Value }) => mul(2, p.used));
    expect([...f({ used: tensor(1), idle: tensor(2) }).data]).toEqual([2]);
    expect(f.explain()).toContain("unused inputs: p.idle f32[]");
  });

  test("the order in which keys are written means nothing", () => {
    const f = compile((p: { a: Value; b: Value }) => add(p.a, mul(10, p.b)));
    expect([...f({ b: tensor(2), a: tensor(1) }).data]).toEqual([21]);
    expect([...f({ a: tensor(1), b: tensor(2) }).data]).toEqual([21]);
    expect(f.compilations).toBe(1);
  });

  test("warns once when a function is compiled for many types", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const score = compile(function score(x: Value) {
      return sum(x);
    });
    for (let n = 1; n <= 18; n++) score(tensor(new Float32Array(n)));
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toMatchInlineSnapshot(
      `"compile score: compiled for 17 tuples of types, the last f32[17]. Pad to a few lengths (bucket)."`,
    );
  });

  test("a program that has been disposed of is compiled anew", () => {
    const f = compile((x: Value) => mul(2, x));
    f(tensor(1));
    f.dispose();
    expect(f.compilations).toBe(0);
    expect([...f(tensor(1)).data]).toEqual([2]);
  });
});

describe("errors of compile", () => {
  test("name the user's own parameter and both shapes", () => {
    const f = compile((params: { rnn: { wx: Value } }, x: Value) => matmul(x, params.rnn.wx));
    expect(() => f({ rnn: { wx: tensor(new Float32Array(6), { shape: [3, 2] }) } }, tensor([[1, 2]])))
      .toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: matmul: x f32[1, 2] and params.rnn.wx f32[3, 2]: inner sizes 2 and 3 differ.
      Did you mean transpose(params.rnn.wx)?]
    `);
  });

  test("a missing argument", () => {
    const f = compile((x: Value, temperature: Value) => mul(x, temperature)) as unknown as (
      x: unknown,
    ) => void;
    expect(() => f(tensor(1))).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: compile: 2 arguments are needed, got 1: temperature missing.]`,
    );
  });

  test("a number, a value or an open tree in place of a tensor", () => {
    const f = compile((x: Value) => mul(2, x)) as unknown as (x: unknown) => void;
    expect(() => f(3)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: compile: x is the number 3.
      Make a tensor of it: tensor(3).]
    `);
    expect(() => f(full(1, { dtype: "f32", shape: [] }))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: compile: x is a Value; a compiled function is called with tensors.
      Inside of a graph, call the function itself.]
    `);
    expect(() => f({ x: "text" })).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: tree: x is the string text.
      Leaves are values, tensors or specs.]
    `);
  });

  test("an argument that no output uses", () => {
    const f = compile((x: Value, _key: Value) => mul(2, x));
    expect(() => f(tensor(1), tensor(2))).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: compile: argument 2, _key, is used by no output.
      Leave it out, or return something that depends on it.]
    `);
  });

  test("a function that returns no values", () => {
    expect(() => compile((x: Value) => [x, 3])(tensor(1))).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: tree: [1] is the number 3.
      Leaves are values, tensors or specs.]
    `);
    expect(() => compile(() => tensor(1))()).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: compile: the function returned a tensor at the root.
      Return Values; lift a tensor with constant(tensor).]
    `);
  });

  test("a value of another function", () => {
    const x = input({ dtype: "f32", shape: [] }, "x");
    expect(() => compile((y: Value) => add(x, y))(tensor(1))).toThrowErrorMatchingInlineSnapshot(`
      [ScopeError: graph: x f32[] is an input of another function and has no value here.
      Pass it as an argument of the function that is compiled.]
    `);
  });

  test("an index out of range names op, index, size and path, and onError is shown the node", () => {
    const shown: (string | undefined)[] = [];
    const onError = (_: Error, __: Graph, node: Node | undefined): void => void shown.push(node?.op.name);
    const f = compile((params: { table: Value }, ids: Value) => take(params.table, ids), {
      checks: "indices",
      onError,
    });
    const table = tensor([[1], [2]]);
    expect([...f({ table }, tensor([1, -1], { dtype: "i32" })).data]).toEqual([2, 0]);
    expect(() => f({ table }, tensor([1, 2], { dtype: "i32" }))).toThrowErrorMatchingInlineSnapshot(`
      [IndexError: take: params.table f32[2, 1], ids i32[2]: index 2 is outside of an axis of size 2.
      Indices run from 0 to 1; -1 means none, and reads 0.]
    `);
    expect(shown).toEqual(["take"]);
  });

  test("without checks an index out of range reads 0", () => {
    const f = compile((table: Value, ids: Value) => take(table, ids), { checks: "none" });
    expect([...f(tensor([[1], [2]]), tensor([7, 1], { dtype: "i32" })).data]).toEqual([0, 2]);
  });
});

describe("evaluate and copy", () => {
  test("evaluate gives the numbers of closed values", () => {
    expect([...evaluate(tanh(constant(tensor([0])))).data]).toEqual([0]);
    expect(evaluate({ a: full(2, { dtype: "i32", shape: [2] }) }).a.type).toEqual({
      dtype: "i32",
      shape: [2],
    });
  });

  test("copy is independent of its source", () => {
    const source = { x: tensor([1]) };
    const kept = copy(source);
    source.x.data[0] = 5;
    expect([...kept.x.data]).toEqual([1]);
  });
});
