import { describe, expect, test } from "vitest";
import { contractions, inLoops, optimised, opsOf, scansOf, type Program } from "../../../test/passes.ts";
import { random } from "../../../test/programs.ts";
import {
  add,
  full,
  gradient,
  input,
  graph,
  matmul,
  mul,
  scan,
  sum,
  take,
  tanh,
  tensor,
  transpose,
  type Value,
} from "../../index.ts";
import { runPasses, type Pass } from "../pass.ts";
import { batchProjections, batchProjectionsWithin } from "./batch-projections.ts";
import { batchWeightGradients } from "./batch-weight-gradients.ts";
import { eliminateCommon } from "./eliminate-common.ts";
import { mergeScans } from "./merge-scans.ts";
import { simplify } from "./simplify.ts";

const [T, H] = [5, 32];

/** A recurrence of so many rows, with the gradient of its input. */
const recurrence = (rows: number, length = T): Program => [
  (w: Value, u: Value, xs: Value) => {
    const step = (h: Value, x: Value): readonly [Value, Value] => {
      const next = tanh(add(matmul(x, u), matmul(h, w)));
      return [next, next];
    };
    const [, hs] = scan(step, full(0, { dtype: "f64", shape: [rows, H] }), xs);
    return gradient(sum(mul(hs, hs)), { w, u, xs });
  },
  [random(H, H), random(H, H), random(length, rows, H)],
];

const passes = (pass: Pass = batchProjections): readonly Pass[] => [
  eliminateCommon,
  mergeScans,
  simplify,
  batchWeightGradients,
  pass,
];

describe("at few rows per step", () => {
  test("the input's projection leaves the forward loop, and that of its cotangent the backward one", () => {
    const before = optimised(recurrence(2), passes().slice(0, -1));
    expect(inLoops(before)).toEqual([2, 2]);
    const after = optimised(recurrence(2), passes());
    expect(inLoops(after)).toEqual([1, 1]);
    expect(contractions(after)).toBe(contractions(before) + 2);
  });

  test("a weight that is computed in the step is computed outside for it", () => {
    const [xs, w] = [
      input({ dtype: "f64", shape: [T, 2, H] }, "xs"),
      input({ dtype: "f64", shape: [H, H] }, "w"),
    ];
    const step = (h: Value, x: Value): readonly [Value, undefined] => [
      add(h, matmul(x, tanh(transpose(w)))),
      undefined,
    ];
    const [last] = scan(step, full(0, { dtype: "f64", shape: [2, H] }), xs);
    const after = runPasses([batchProjections], graph([xs, w], [last]), { verify: true });
    expect(opsOf(after)).toBe("transpose tanh einsum scan(add)");
  });
});

describe("stays in the loop", () => {
  test("what has many rows", () => {
    expect(inLoops(optimised(recurrence(16), passes()))).toEqual([2, 2]);
    expect(inLoops(optimised(recurrence(15), passes()))).toEqual([1, 1]);
  });

  test("what would take too much memory, and what the limits say", () => {
    const light = { bytes: Infinity, rows: 0 };
    const rare = batchProjectionsWithin({ rows: 16, elements: T * 2 * H - 1, heavy: light });
    expect(inLoops(optimised(recurrence(2), passes(rare)))).toEqual([2, 2]);
    const never = batchProjectionsWithin({ rows: 0, elements: 0, heavy: light });
    expect(inLoops(optimised(recurrence(1), passes(never)))).toEqual([2, 2]);
  });

  test("at more rows, unless the loop has many weights", () => {
    const bytes = 2 * H * H * 8;
    const within = (heavy: { bytes: number; rows: number }) =>
      inLoops(optimised(recurrence(20), passes(batchProjectionsWithin({ rows: 16, elements: 1e6, heavy }))));
    expect(within({ bytes: bytes - 1, rows: 21 })).toEqual([1, 1]);
    expect(within({ bytes: bytes - 1, rows: 20 })).toEqual([2, 2]);
    expect(within({ bytes, rows: 21 })).toEqual([2, 2]);
  });

  test("a product that the next state depends on", () => {
    const program: Program = [
      (w: Value, s: Value) => scan((h: Value) => [matmul(h, w), h], s, undefined, { length: T }),
      [random(H, H), random(2, H)],
    ];
    expect(inLoops(optimised(program, passes()))).toEqual([1]);
  });
});

test("rows that are taken from a smaller table leave the loop whatever their number", () => {
  const rows = 20;
  const program = (vocabulary: number): Program => [
    (table: Value, u: Value, ids: Value) => {
      const step = (h: Value, x: Value): readonly [Value, Value] => {
        const next = tanh(add(matmul(x, u), h));
        return [next, next];
      };
      const start = full(0, { dtype: "f64", shape: [rows, H] });
      return gradient(sum(scan(step, start, take(table, ids))[1]), { table, u });
    },
    [random(vocabulary, H), random(H, H), tensor(new Int32Array(T * rows), { shape: [T, rows] })],
  ];
  expect(inLoops(optimised(program(99), passes()))).toEqual([0, 0]);
  expect(inLoops(optimised(program(100), passes()))[0]).toBe(1);
});

test("in the step as well", () => {
  const program: Program = [
    (table: Value, u: Value, ids: Value) => {
      const step = (h: Value, id: Value): readonly [Value, Value] => {
        const x = take(table, id);
        return [tanh(add(matmul(x, u), h)), x];
      };
      return scan(step, full(0, { dtype: "f64", shape: [20, H] }), ids);
    },
    [random(7, H), random(H, H), tensor(new Int32Array(T * 20), { shape: [T, 20] })],
  ];
  const after = optimised(program, passes());
  expect(opsOf(after)).toBe("take einsum scan(add tanh)");
  expect(scansOf(after)[0]!.outputs).toHaveLength(1);
});
