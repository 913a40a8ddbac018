import { describe, expect, test } from "vitest";
import { opsOf, optimised, scansOf, type Program } from "../../../test/passes.ts";
import { programs, random } from "../../../test/programs.ts";
import {
  add,
  full,
  gradient,
  matmul,
  mul,
  scan,
  sigmoid,
  standardize,
  sum,
  tanh,
  type Value,
} from "../../index.ts";
import { eliminateCommon } from "./eliminate-common.ts";
import { eliminateDead } from "./eliminate-dead.ts";
import { mergeScans } from "./merge-scans.ts";
import { recomputeResiduals } from "./recompute-residuals.ts";

const before = [eliminateCommon, mergeScans];
const passes = [...before, recomputeResiduals, eliminateDead];

const [T, B, H] = [5, 2, 16];

/** The gradient, by what is captured, of a step along xs. */
const backward = (step: (h: Value, x: Value, w: Value) => Value): Program => [
  (w: Value, xs: Value) => {
    const run = (h: Value, x: Value): readonly [Value, undefined] => [step(h, x, w), undefined];
    return gradient(sum(scan(run, full(0, { dtype: "f64", shape: [B, H] }), xs)[0]), w);
  },
  [random(H, H), random(T, B, H)],
];

/** How many elements the forward scan emits per step. */
const saved = (program: Program, list = passes): number => {
  const [forward] = scansOf(optimised(program, list));
  const { body, carries } = forward!.attrs;
  return body.outputs
    .slice(carries)
    .reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0);
};

describe("what is not saved", () => {
  test("a normalised row: its deviation is, and what it was before", () => {
    const normed = backward((h, x, w) => tanh(standardize(add(x, matmul(h, w)))));
    // h, the tanh and what is centred; the deviation of each row, and before also as it is broadcast.
    expect(saved(normed, before)).toBe(4 * B * H + B);
    expect(saved(normed)).toBe(3 * B * H + B);
  });

  test("products and sums of what is saved anyway", () => {
    const gated = backward((h, x, w) => {
      const [a, b] = [sigmoid(matmul(h, w)), tanh(add(x, h))];
      return tanh(mul(mul(a, b), mul(a, b)));
    });
    // h, a, b and the new h; not their product.
    expect(saved(gated, before)).toBe(5 * B * H);
    expect(saved(gated)).toBe(4 * B * H);
  });

  test("what comes of a row that the forward scan runs along, and of what it captures", () => {
    const shifted = backward((h, x, w) => tanh(mul(h, add(x, sum(w, { axis: 0 })))));
    expect(saved(shifted, before)).toBe(3 * B * H);
    expect(saved(shifted)).toBe(2 * B * H);
    const [, back] = scansOf(optimised(shifted, passes));
    expect(opsOf(back!.attrs.body)).toMatch(/ broadcastTo add mul$/);
  });
});

describe("what is saved", () => {
  test("functions, and what has no smaller source", () => {
    const program = programs["an LSTM with the gradient of everything"]!;
    const [plain, thinned] = [before, passes].map((list) => scansOf(optimised(program, list))[0]!);
    expect(thinned!.outputs).toHaveLength(plain!.outputs.length);
  });

  test("what others than scans see", () => {
    const seen: Program = [
      (xs: Value) => {
        const step = (h: Value, x: Value) => [tanh(add(h, x)), { c: tanh(x), d: mul(2, tanh(x)) }] as const;
        const [last, { c, d }] = scan(step, full(0, { dtype: "f64", shape: [B, H] }), xs);
        const [total] = scan(
          (s: Value, row: { c: Value; d: Value }) => [add(s, mul(row.c, row.d)), undefined],
          last,
          { c, d },
        );
        return { total, d };
      },
      [random(T, B, H)],
    ];
    expect(saved(seen)).toBe(2 * B * H);
  });
});
