import { describe, expect, test } from "vitest";
import { optimised, opsOf, scansOf } from "../../../test/passes.ts";
import { programs } from "../../../test/programs.ts";
import {
  add,
  broadcastTo,
  cast,
  customGradient,
  detach,
  div,
  elementwise,
  flip,
  full,
  graph,
  input,
  mean,
  mul,
  neg,
  pad,
  print,
  reshape,
  scan,
  slice,
  sub,
  sum,
  tanh,
  transpose,
  where,
  greater,
  type Graph,
  type Value,
} from "../../index.ts";
import { runPasses } from "../pass.ts";
import { simplify } from "./simplify.ts";

const x = input({ dtype: "f64", shape: [4, 6] }, "x");
const y = input({ dtype: "f64", shape: [4, 6] }, "y");
const n = input({ dtype: "i32", shape: [3] }, "n");
const like = (value: number): Value => full(value, x.type);
const simplified = (...outputs: readonly Value[]): Graph =>
  runPasses([simplify], graph([x, y, n], outputs), { verify: true });
/** The one output, as it is printed. */
const result = (z: Value): string =>
  print(simplified(z))
    .split("\n")
    .slice(1)
    .map((line) => line.trim())
    .join("; ");

describe("is x", () => {
  const both = elementwise<readonly [Value, Value]>("both", {
    scalar: (s, a, b) => s.multiply(a, s.add(b, s.constant(b.dtype, 1))),
  });
  test.each<[string, Value]>([
    ["x times 1", mul(x, 1)],
    ["1 times x", mul(1, x)],
    ["x + 0", add(x, 0)],
    ["x - 0", sub(x, 0)],
    ["x / 1", div(x, 1)],
    ["- - x", neg(neg(x))],
    ["2 (x / 2), as products", mul(2, mul(0.5, x))],
    ["a choice that is made", where(full(1, { dtype: "bool", shape: [4, 6] }), x, y)],
    ["a choice between x and x", where(greater(y, 0), x, x)],
    ["a user's op that comes to it", both(x, like(0))],
    ["transposed twice", transpose(transpose(x))],
    ["flipped twice", flip(flip(x))],
    ["reshaped there and back", reshape(reshape(x, [2, 12]), [4, 6])],
    ["detached", detach(x)],
    ["with a gradient of its own", customGradient(x, [y], (dy) => [dy])],
    ["several of these", add(neg(neg(mul(1, transpose(reshape(reshape(transpose(x), [24]), [6, 4]))))), 0)],
  ])("%s", (_, z) => {
    expect(simplified(z).outputs[0]).toBe(x);
  });
});

describe("is a number", () => {
  const scalar = full(1, { dtype: "f64", shape: [] });
  test.each<[string, Value, number]>([
    ["a quotient of numbers", div(scalar, 4), 0.25],
    ["the movement of a number", transpose(broadcastTo(reshape(scalar, [1, 1]), [4, 6])), 1],
    ["an exact sum", sum(like(0.5)), 12],
    ["a cast", cast(full(2.7, x.type), "i32"), 2],
    [
      "in f32, rounded to it",
      add(full(0.1, { dtype: "f32", shape: [] }), 0.2),
      Math.fround(Math.fround(0.1) + Math.fround(0.2)),
    ],
    ["in i32, wrapped", mul(full(2 ** 30, n.type), 6), -(2 ** 31)],
  ])("%s", (_, z, value) => {
    const { node } = simplified(z).outputs[0]!;
    expect(node.op.name).toBe("full");
    expect(node.attrs).toEqual({ value, type: z.type });
  });
});

test.each<[string, Value, string]>([
  [
    "numbers are multiplied once",
    mul(2, mul(3, neg(x))),
    "%0 f64[4, 6] = full {-6}; %1 f64[4, 6] = mul %0, x; return %1",
  ],
  [
    "and what is added to itself is doubled",
    add(mul(2, x), mul(2, x)),
    "%0 f64[4, 6] = full {4}; %1 f64[4, 6] = mul %0, x; return %1",
  ],
  ["the negative of a term is subtracted", add(x, mul(-1, y)), "%0 f64[4, 6] = sub x, y; return %0"],
  ["and what is subtracted twice is added", sub(x, neg(y)), "%0 f64[4, 6] = add x, y; return %0"],
  [
    "reshapes in a row are one",
    reshape(reshape(x, [24]), [2, 12]),
    "%0 f64[2, 12] = reshape x {[2, 12]}; return %0",
  ],
  [
    "transposes in a row are one",
    transpose(transpose(reshape(x, [2, 2, 6]), [1, 2, 0]), [0, 2, 1]),
    "%0 f64[2, 2, 6] = reshape x {[2, 2, 6]}; %1 f64[2, 2, 6] = transpose %0 {[1, 0, 2]}; return %1",
  ],
])("%s", (_, z, text) => {
  expect(result(z)).toBe(text);
});

describe("stays", () => {
  test.each<[string, Value, string]>([
    ["x times 0, which is NaN where x is infinite", mul(x, 0), "mul"],
    ["a sum that rounds", sum(full(0.1, x.type)), "sum"],
    ["a mean, whose rule says no more than that it reduces", mean(full(1, x.type)), "mean"],
    ["products that would overflow", mul(1e200, mul(1e200, x)), "mul mul"],
    ["other movements", transpose(reshape(x, [6, 4])), "reshape transpose"],
    ["a cast, which loses digits", cast(cast(x, "f32"), "f64"), "cast cast"],
  ])("%s", (_, z, ops) => {
    expect(opsOf(simplified(z))).toBe(ops);
  });
});

describe("sums of paddings", () => {
  const part = (from: number, to: number): Value =>
    pad(tanh(slice(x, from, to, { axis: 1 })), from, 6 - to, { axis: 1 });

  test("side by side are a concatenation, in any order and with other terms", () => {
    const ops = opsOf(simplified(add(part(4, 6), y, part(0, 2), part(2, 4))));
    expect(ops).toBe("slice tanh slice tanh slice tanh concat add");
  });

  test("have zeros where none of them lies", () => {
    expect(result(add(part(0, 1), part(5, 6)))).toContain("full {0}; %5 f64[4, 6] = concat");
  });

  test("that overlap are added", () => {
    expect(opsOf(simplified(add(part(0, 4), part(2, 6))))).toBe("slice tanh pad slice tanh pad add");
  });
});

describe("scans", () => {
  const start = full(0, { dtype: "f64", shape: [6] });

  test("have fills in their bodies", () => {
    const [last] = scan((s: Value, a: { x: Value; y: Value }) => [add(s, mul(a.x, a.y)), undefined], start, {
      x,
      y: like(2),
    });
    const [node] = scansOf(simplified(last));
    expect(node!.inputs).toEqual([start, x]);
  });

  test("do not carry what stays a number, nor what stays as it was", () => {
    const step = (s: { a: Value; b: Value; c: Value }, row: Value) =>
      [{ a: mul(1, s.a), b: add(s.b, 0), c: add(s.c, mul(row, add(s.a, s.b))) }, undefined] as const;
    const [last] = scan(step, { a: slice(reshape(y, [24]), 0, 6), b: start, c: start }, x);
    const [node] = scansOf(simplified(last.a, last.b, last.c));
    expect(node!.attrs.carries).toBe(1);
    expect(opsOf(node!.attrs.body)).toBe("mul add");
  });

  test("do not emit what is known outside", () => {
    const w = slice(reshape(y, [24]), 0, 6);
    const step = (s: Value, row: Value) =>
      [add(s, row), { fill: full(3, w.type), w, row, sum: add(s, row) }] as const;
    const [, emitted] = scan(step, start, x);
    const { outputs } = simplified(emitted.fill, emitted.row, emitted.w, emitted.sum);
    expect(outputs.map(({ node }) => node.op.name)).toEqual(["full", "input", "broadcastTo", "scan"]);
    expect(outputs[1]).toBe(x);
    expect(outputs[3]!.node.outputs).toHaveLength(2);
  });

  test("of which nothing is left are gone", () => {
    const [last, all] = scan((s: Value, row: Value) => [mul(s, 1), row], start, x);
    expect(simplified(last, all).outputs).toEqual([start, x]);
  });

  test("of one step are their bodies", () => {
    const w = slice(reshape(y, [24]), 0, 6);
    const [last, all] = scan((s: Value, row: Value) => [mul(s, w), add(s, row)], tanh(w), slice(x, 1, 2), {
      reverse: true,
    });
    const simple = simplified(last, all);
    expect(scansOf(simple)).toEqual([]);
    expect(opsOf(simple)).toBe("reshape slice tanh slice reshape mul add reshape");
    expect(simple.outputs.map(({ shape }) => shape)).toEqual([[6], [1, 6]]);
  });

  test("a language model's gradient has no constant sequence", () => {
    const program = programs["a language model of two layers, trained by one step of RMSProp"]!;
    const given = scansOf(optimised(program, [simplify])).flatMap(({ inputs, attrs }) =>
      inputs.slice(attrs.carries),
    );
    expect(given.filter(({ node }) => node.inputs.length === 0 && node.op.name !== "input")).toEqual([]);
  });
});
