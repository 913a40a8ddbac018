import { describe, expect, test } from "vitest";
import { difference, opsOf, optimised, type Program } from "../../../test/passes.ts";
import { random } from "../../../test/programs.ts";
import { add, full, mul, scan, sum, take, tanh, tensor, type Value } from "../../index.ts";
import { eliminateDead } from "./eliminate-dead.ts";
import { gatherInLoops } from "./gather-in-loops.ts";

const passes = [gatherInLoops, eliminateDead];
const numbers = tensor([0, 2, 1, 1, -1, 0, 2, 0], { dtype: "i32", shape: [4, 2] });

type Step = (s: Value, x: Value) => readonly [Value, Value | undefined];
const carry: Step = (s, x) => [tanh(add(s, x)), undefined];

/** A loop along rows of a table. */
const along = (step: Step, rows = 3, ids = numbers): Program => [
  (table: Value, index: Value) => scan(step, full(0, { dtype: "f64", shape: [2, 5] }), take(table, index)),
  [random(rows, 5), ids],
];

describe("rows of a table of fewer rows than are taken", () => {
  test("are taken inside of the loop that runs along them, with the same bits", () => {
    expect(opsOf(optimised(along(carry), []))).toContain("take scan(add tanh)");
    expect(opsOf(optimised(along(carry), passes))).toMatch(/scan\(take add tanh\)$/);
    expect(difference(along(carry), passes)).toBe(0);
  });

  test("are emitted from there, too", () => {
    const program = along((s, x) => [add(s, x), x]);
    expect(opsOf(optimised(program, passes))).toMatch(/scan\(take add\)$/);
    expect(difference(program, passes)).toBe(0);
  });

  test("are taken along a sequence that runs backwards, and in a loop within a loop", () => {
    const backwards: Program = [
      (table: Value, index: Value) =>
        scan(carry, full(0, { dtype: "f64", shape: [2, 5] }), take(table, index), { reverse: true }),
      [random(3, 5), numbers],
    ];
    const nested: Program = [
      (table: Value, index: Value) => {
        const inner: Step = (s, x) => [add(s, x), undefined];
        const outer = (s: Value): readonly [Value, undefined] => [
          tanh(scan(inner, s, take(mul(table, sum(s)), index))[0]),
          undefined,
        ];
        return scan(outer, full(0.1, { dtype: "f64", shape: [2, 5] }), undefined, { length: 3 })[0];
      },
      [random(3, 5), numbers],
    ];
    for (const program of [backwards, nested]) {
      expect(opsOf(optimised(program, passes))).toContain("scan(take ");
      expect(difference(program, passes)).toBe(0);
    }
    expect(opsOf(optimised(nested, []))).not.toContain("scan(take ");
  });
});

describe("rows stay outside", () => {
  test("when the table has as many", () => {
    expect(opsOf(optimised(along(carry, 8), passes))).toContain("take scan(add tanh)");
  });

  test("when something else uses them", () => {
    const program: Program = [
      (table: Value, index: Value) => {
        const rows = take(table, index);
        return [scan(carry, full(0, { dtype: "f64", shape: [2, 5] }), rows)[0], sum(rows)];
      },
      [random(3, 5), numbers],
    ];
    expect(opsOf(optimised(program, passes))).toContain("take scan(add tanh)");
  });

  test("when they are taken along another axis", () => {
    const program: Program = [
      (table: Value, index: Value) =>
        scan(carry, full(0, { dtype: "f64", shape: [2, 5] }), take(table, index, { axis: 1 })),
      [random(4, 3, 5), tensor([0, 2], { dtype: "i32" })],
    ];
    expect(opsOf(optimised(program, passes))).toContain("take scan(add tanh)");
  });
});
