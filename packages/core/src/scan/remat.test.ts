import { describe, expect, test } from "vitest";
import { optimised, scansOf, type Program } from "../../test/passes.ts";
import { random } from "../../test/programs.ts";
import { argsOf, B, H, lstm } from "../../test/recurrence.ts";
import { add, compile, full, label, scan, watch, type Value } from "../index.ts";
import { pipeline } from "../compiler/pipeline.ts";
import type { ScanOptions } from "./scan.ts";

describe("what is saved", () => {
  const saved = (T: number, remat?: ScanOptions["remat"]): number => {
    const f = lstm(remat === undefined ? {} : { remat }) as Program[0];
    const dw = (...xs: readonly never[]): unknown => (f(...xs) as { readonly g: { readonly w: Value } }).g.w;
    const [forward] = scansOf(optimised([dw, argsOf(T)], pipeline));
    return (
      forward!.outputs.slice(2).reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0) /
      (B * H)
    );
  };

  test("is the state of every k-th step, and what is asked for", () => {
    // Without: old and new h, old c, four gates and tanh c. With: h as it is asked for, and two states.
    expect(saved(16)).toBe(8 * 16);
    expect(saved(16, 4)).toBe(16 + 2 * 4);
    expect(saved(16, "all")).toBe(16 + 2 * 16);
  });
});

test("what is watched comes in pieces, of chunks and of what is left over", () => {
  const f = (xs: Value): Value => {
    const step = (s: Value, x: Value) => {
      const { y } = label({ y: add(s, x) });
      return [y, undefined] as const;
    };
    return scan(step, full(0, { dtype: "f64", shape: [2] }), xs, { remat: 2 })[0];
  };
  const [, { y }] = compile(watch(f, ["y"]))(random(5, 2));
  expect(y.map(({ shape }) => shape)).toEqual([
    [2, 2, 2],
    [1, 2],
  ]);
});

test("remat is a number of steps", () => {
  const xs = full(0, { dtype: "f64", shape: [4] });
  const run = (remat: number): unknown =>
    scan((s: Value, x: Value) => [add(s, x), undefined], full(0, { dtype: "f64", shape: [] }), xs, { remat });
  expect(() => run(0)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: scan: remat is 0, which is no number of steps.]`,
  );
  expect(() => run(1.5)).toThrow("no number of steps");
});
