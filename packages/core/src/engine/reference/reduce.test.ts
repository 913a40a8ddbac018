import { describe, expect, test } from "vitest";
import type { DType } from "../../tensor/type.ts";
import { emitReduce } from "../../ir/emit.ts";
import type { Combine } from "../../ir/kernel.ts";
import {
  coordinatesOf,
  filled,
  readLayoutNames,
  readLayouts,
  results,
  run,
  shapes,
  viewOf,
} from "../../../test/views.ts";
import { longestRun } from "./points.ts";

describe("reduce", () => {
  const joins: Readonly<Partial<Record<Combine, (xs: readonly number[]) => number>>> = {
    sum: (xs) => xs.reduce((a, b) => a + b, 0),
    product: (xs) => xs.reduce((a, b) => a * b, 1),
    min: (xs) => Math.min(...xs),
    max: (xs) => Math.max(...xs),
  };

  test.each(readLayoutNames.flatMap((x) => Object.keys(joins).map((join) => [join as Combine, x] as const)))(
    "%s of %s",
    (combine, layout) => {
      for (const shape of [...shapes, [2, 3, 4]]) {
        for (const axes of [[0], [1], [0, 1], []]) {
          const x = readLayouts[layout]!("f64", shape);
          const keptShape = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
          const out = viewOf("f64", keptShape);
          const { before, after } = results([x, out], emitReduce({ reads: [x], axes, combine, write: out }));
          const groups = new Map(coordinatesOf(keptShape).map((at) => [at.join(), [] as number[]]));
          coordinatesOf(shape).forEach((at, i) =>
            groups.get(at.map((c, axis) => (axes.includes(axis) ? 0 : c)).join())!.push(before[0]![i]!),
          );
          expect(after).toEqual([...groups.values()].map((group) => joins[combine]!(group)));
        }
      }
    },
  );

  /** One result over all of some numbers. */
  function reduceAll(dtype: DType, numbers: readonly number[], combine: Combine, to: DType = dtype): number {
    const [x, out] = [viewOf(dtype, [numbers.length]), viewOf(to, [1])];
    const arrays = new Map([x, out].map((view) => [view.buffer, filled(view)]));
    arrays.get(x.buffer)!.set(numbers);
    run(emitReduce({ reads: [x], axes: [0], combine, write: out }), arrays);
    return arrays.get(out.buffer)![0]!;
  }

  test("adds in order, in the dtype of the values", () => {
    expect(reduceAll("f32", [2 ** 24, 1, 1], "sum")).toBe(2 ** 24);
    expect(reduceAll("f64", [2 ** 24, 1, 1], "sum")).toBe(2 ** 24 + 2);
    expect(reduceAll("i32", [2 ** 31 - 1, 1], "sum")).toBe(-(2 ** 31));
    expect(reduceAll("i32", [65536, 65537], "product")).toBe(65536);
  });

  test("takes as many values as there are, in runs of any length", () => {
    for (const length of [longestRun - 1, longestRun, longestRun + 1]) {
      expect(reduceAll("i32", Array<number>(length).fill(1), "sum")).toBe(length);
    }
  });

  test("an extreme is NaN if any value is", () => {
    expect(reduceAll("f32", [1, NaN, 3], "max")).toBeNaN();
    expect(reduceAll("f32", [1, NaN, 3], "min")).toBeNaN();
    expect(reduceAll("f32", [-Infinity, -Infinity], "max")).toBe(-Infinity);
  });

  test("of equal extremes the first one has the position, and the first NaN before them", () => {
    expect(reduceAll("f32", [1, 3, 3, 2], "argmax", "i32")).toBe(1);
    expect(reduceAll("f32", [2, 1, 1], "argmin", "i32")).toBe(1);
    expect(reduceAll("f32", [5, NaN, 9, NaN], "argmax", "i32")).toBe(1);
    expect(reduceAll("f32", [5, NaN, 1, NaN], "argmin", "i32")).toBe(1);
    expect(reduceAll("f32", [-Infinity, -Infinity], "argmax", "i32")).toBe(0);
    expect(reduceAll("i32", [-(2 ** 31), 7], "argmin", "i32")).toBe(0);
    const far = Array.from({ length: 2 * longestRun }, (_, i) => (i === longestRun + 3 ? 1 : 0));
    expect(reduceAll("f32", far, "argmax", "i32")).toBe(longestRun + 3);
  });

  test("a position counts through all reduced axes, and starts anew at every kept point", () => {
    const [x, out] = [viewOf("f64", [2, 2, 2]), viewOf("i32", [2, 1, 1])];
    const arrays = new Map([x, out].map((view) => [view.buffer, filled(view)]));
    arrays.get(x.buffer)!.set([0, 0, 9, 0, 0, 0, 0, 9]);
    run(emitReduce({ reads: [x], axes: [1, 2], combine: "argmax", write: out }), arrays);
    expect([...arrays.get(out.buffer)!]).toEqual([2, 3]);
  });

  test("and, or are of bits, or of truth values", () => {
    expect([reduceAll("bool", [1, 0], "and"), reduceAll("bool", [1, 0], "or")]).toEqual([0, 1]);
    expect([reduceAll("bool", [], "and"), reduceAll("bool", [], "or")]).toEqual([1, 0]);
    expect([reduceAll("i32", [6, 3], "and"), reduceAll("i32", [6, 3], "or")]).toEqual([2, 7]);
  });

  test("computes a body before and an epilogue after", () => {
    const [x, out] = [viewOf("f64", [2, 3]), viewOf("f64", [2, 1])];
    const request = { reads: [x], axes: [1], combine: "sum", write: out } as const;
    const norm = emitReduce({
      ...request,
      body: (s, a) => s.multiply(a, a),
      epilogue: (s, sum) => s.sqrt(sum),
    });
    const { before, after } = results([x, out], norm);
    const [a, b, c, d, e, f] = before[0] as [number, number, number, number, number, number];
    expect(after).toEqual([Math.sqrt(a * a + b * b + c * c), Math.sqrt(d * d + e * e + f * f)]);
  });
});
