import { describe, expect, test } from "vitest";
import {
  contractions,
  count,
  inLoops,
  optimised,
  opsOf,
  scansOf,
  type Program,
} from "../../../test/passes.ts";
import { programs, random } from "../../../test/programs.ts";
import {
  add,
  full,
  gradient,
  matmul,
  mul,
  scan,
  scatterAdd,
  sigmoid,
  sum,
  take,
  tanh,
  tensor,
  transpose,
  type Value,
} from "../../index.ts";
import { pipeline } from "../pipeline.ts";
import { batchWeightGradients } from "./batch-weight-gradients.ts";
import { eliminateCommon } from "./eliminate-common.ts";
import { mergeScans } from "./merge-scans.ts";
import { simplify } from "./simplify.ts";

const before = [eliminateCommon, mergeScans, simplify];
const passes = [...before, batchWeightGradients, simplify];
const carries = (program: Program, list = passes): readonly number[] =>
  scansOf(optimised(program, list)).map(({ attrs }) => attrs.carries);

const [T, B, H] = [5, 2, 4];
const ids = tensor(
  [
    [0, 1],
    [2, 2],
    [-1, 0],
  ],
  { dtype: "i32" },
);

/** The gradient of a recurrence h' = tanh(h w(p) + x) by p. */
const recurrence =
  (weight: (p: Value) => Value) =>
  (p: Value, xs: Value): Value => {
    const step = (h: Value, x: Value): readonly [Value, Value] => {
      const next = tanh(add(matmul(h, weight(p)), x));
      return [next, next];
    };
    const [, hs] = scan(step, full(0, { dtype: "f64", shape: [B, H] }), xs);
    return gradient(sum(hs), p);
  };

describe("an LSTM with its gradient", () => {
  const program = programs["an LSTM with the gradient of everything"]!;

  test("carries nothing backwards but the state", () => {
    expect(carries(program, before)).toEqual([2, 5]);
    expect(carries(program)).toEqual([2, 2]);
  });

  test("has two products per step in either direction, and one for each weight after them", () => {
    expect(inLoops(optimised(program, before))).toEqual([2, 4]);
    const graph = optimised(program, passes);
    expect(inLoops(graph)).toEqual([2, 2]);
    expect(contractions(graph)).toBe(2);
  });

  test("emits dz once for both weights and the bias", () => {
    const [, backward] = scansOf(optimised(program, passes));
    // dh and dc at the start, dx, and dz.
    expect(backward!.outputs).toHaveLength(4);
  });
});

describe("what is linear on the way is applied to the sum", () => {
  test.each<[string, (p: Value) => Value]>([
    ["a transpose", (p) => transpose(p)],
    ["a mask that is the same at every step", (p) => mul(p, tanh(full(2, p.type)))],
    ["the sum of a weight with itself, moved", (p) => add(p, mul(3, transpose(p)))],
  ])("%s", (_, weight) => {
    const program: Program = [recurrence(weight), [random(H, H), random(T, B, H)]];
    expect(carries(program)).toEqual([1, 1]);
    expect(inLoops(optimised(program, passes))).toEqual([1, 1]);
  });

  test("a product with a captured value, whose other factor is added up in the loop instead", () => {
    // The context is projected at every step; its gradient is the projection of a sum.
    const context = (c: Value, u: Value, w: Value, xs: Value): Value => {
      const [, hs] = scan(
        (h: Value, x: Value) => {
          const next = tanh(add(matmul(c, u), matmul(h, w), x));
          return [next, next];
        },
        full(0, { dtype: "f64", shape: [B, H] }),
        xs,
      );
      return gradient(sum(hs), c);
    };
    const program: Program = [context, [random(B, H), random(H, H), random(H, H), random(T, B, H)]];
    expect(inLoops(optimised(program, before))).toEqual([2, 2]);
    expect(inLoops(optimised(program, passes))).toEqual([2, 1]);
  });
});

test("a sum over the batch is one over what was added up, element by element", () => {
  const gain: Program = [
    (g: Value, xs: Value) => {
      const step = (h: Value, x: Value): readonly [Value, Value] => {
        const next = tanh(add(mul(g, sigmoid(x)), h));
        return [next, next];
      };
      return gradient(sum(scan(step, full(0, { dtype: "f64", shape: [B, H] }), xs)[1]), g);
    },
    [random(H), random(T, B, H)],
  ];
  const [, backward] = scansOf(optimised(gain, passes));
  expect(count(backward!.attrs.body, "sum")).toBe(0);
  expect(backward!.attrs.body.inputs.slice(0, 2).map(({ shape }) => shape)).toEqual([
    [B, H],
    [B, H],
  ]);
});

test("rows that are scattered are scattered once", () => {
  const program: Program = [
    (table: Value, ids: Value, xs: Value): Value => {
      const [last] = scan(
        (s: Value, { id, x }: { id: Value; x: Value }) => [add(s, scatterAdd(x, id, 3)), undefined],
        table,
        { id: ids, x: xs },
      );
      return last;
    },
    [random(3, H), ids, random(3, B, H)],
  ];
  expect(opsOf(optimised(program, passes))).toBe("scatterAdd add");
});

describe("stays in the loop", () => {
  test("a small weight of many rows", () => {
    const wide: Program = [recurrence((p) => p), [random(H, H), random(T, B, H)]];
    const long = (rows: number): Program => [
      (p: Value, xs: Value) => {
        const step = (h: Value, x: Value): readonly [Value, Value] => {
          const next = tanh(add(matmul(h, p), x));
          return [next, next];
        };
        return gradient(sum(scan(step, full(0, { dtype: "f64", shape: [rows, H] }), xs)[1]), p);
      },
      [random(H, H), random(T, rows, H)],
    ];
    expect(carries(wide)).toEqual([1, 1]);
    expect(carries(long(4))).toEqual([1, 1]);
    expect(carries(long(5))).toEqual([1, 2]);
  });

  test("a sum whose course is seen, or is read by the step", () => {
    const seen: Program = [
      (xs: Value) =>
        scan((s: Value, x: Value) => [add(s, tanh(x)), s], full(0, { dtype: "f64", shape: [H] }), xs),
      [random(T, H)],
    ];
    const read: Program = [
      (xs: Value) =>
        scan(
          (s: Value, x: Value) => [add(s, mul(s, x)), undefined],
          full(1, { dtype: "f64", shape: [H] }),
          xs,
        )[0],
      [random(T, H)],
    ];
    expect(carries(seen)).toEqual([1]);
    expect(carries(read)).toEqual([1]);
  });
});

test("what is nested is taken out of both loops", () => {
  const nested: Program = [
    (w: Value, xs: Value) => {
      const inner = (s: Value, x: Value): readonly [Value, Value] => {
        const next = tanh(add(matmul(s, w), x));
        return [next, next];
      };
      const outer = (s: Value, rows: Value): readonly [Value, Value] => scan(inner, s, rows);
      const [, all] = scan(outer, full(0, { dtype: "f64", shape: [B, 16] }), xs);
      return gradient(sum(mul(all, all)), w);
    },
    [random(16, 16), random(3, 2, B, 16)],
  ];
  const graph = optimised(nested, pipeline);
  expect(scansOf(graph).map(({ attrs }) => inLoops(attrs.body))).toEqual([[1], [1, 1]]);
  expect(scansOf(graph).map(({ attrs }) => contractions(attrs.body))).toEqual([0, 0]);
  expect(contractions(graph)).toBe(1);
});

test("gradients of parts, asked for one by one, share one backward scan", () => {
  const apart: Program = [
    (w: Value, u: Value, xs: Value) => {
      const step = (h: Value, x: Value): readonly [Value, Value] => {
        const next = tanh(add(matmul(h, w), matmul(x, u)));
        return [next, next];
      };
      const loss = sum(scan(step, full(0, { dtype: "f64", shape: [B, H] }), xs)[1]);
      return [gradient(loss, w), gradient(loss, u)];
    },
    [random(H, H), random(H, H), random(T, B, H)],
  ];
  expect(scansOf(optimised(apart, before))).toHaveLength(3);
  expect(scansOf(optimised(apart, pipeline))).toHaveLength(2);
});

test("a table's rows that are taken in the step", () => {
  const program: Program = [
    (table: Value, ids: Value) => {
      const step = (h: Value, id: Value): readonly [Value, Value] => {
        const next = tanh(add(h, take(table, id)));
        return [next, next];
      };
      return gradient(sum(scan(step, full(0, { dtype: "f64", shape: [B, H] }), ids)[1]), table);
    },
    [random(3, H), ids],
  ];
  expect(carries(program)).toEqual([1, 1]);
  expect(opsOf(optimised(program, passes))).toMatch(/scatterAdd$/);
});
