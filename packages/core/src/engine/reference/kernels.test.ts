import { describe, expect, test } from "vitest";
import type { DType, Shape, TypedArray } from "../../tensor/type.ts";
import { emitContract, emitMap, emitReduce, emitScatterAdd, type Emitted } from "../../ir/emit.ts";
import type { Combine } from "../../ir/kernel.ts";
import {
  broadcastView,
  compactView,
  flipView,
  insertAxis,
  permute,
  reshapeView,
  sliceView,
  viewShape,
  type Buffer,
  type View,
} from "../../ir/view.ts";
import {
  bufferOf,
  coordinatesOf,
  filled,
  layouts,
  readLayouts,
  run,
  shown,
  viewOf,
} from "../../../test/views.ts";
import { longestRun } from "./points.ts";

// Every form, on operands that lie in memory in every way, against a formula on nested coordinates.

/** Fill the operands, run, and give what each of them showed before, and the last one after. */
function results(
  views: readonly View[],
  emitted: Emitted | undefined,
): { before: number[][]; after: number[] } {
  const arrays = new Map<Buffer, TypedArray>(views.map((view) => [view.buffer, filled(view)]));
  const before = views.map((view) => shown(view, arrays.get(view.buffer)!));
  run(emitted, arrays);
  const out = views.at(-1)!;
  return { before, after: shown(out, arrays.get(out.buffer)!) };
}

const sizes = [0, 1, 3];
const shapes = sizes.flatMap((m) => sizes.map((n) => [m, n] as const));
const names = Object.keys(layouts);
const readNames = Object.keys(readLayouts);

describe("map", () => {
  test.each(readNames.flatMap((x) => names.map((y) => [x, y] as const)))("of %s into %s", (from, to) => {
    for (const shape of [...shapes, [], [3], [2, 3, 4]]) {
      const [x, y, out] = [
        readLayouts[from]!("f64", shape),
        layouts[to]!("f64", shape),
        layouts[to]!("f64", shape),
      ];
      const emitted = emitMap({
        reads: [x, y],
        writes: [out],
        body: (s, [a, b]) => [s.subtract(s.add(a!, a!), b!)],
      });
      const { before, after } = results([x, y, out], emitted);
      expect(after).toEqual(before[0]!.map((a, i) => 2 * a - before[1]![i]!));
    }
  });

  test("of operands whose axes have factors", () => {
    const folded = reshapeView(permute(viewOf("f64", [2, 3]), [1, 0]), [6])!;
    const backwards = flipView(folded, 0);
    for (const x of [folded, backwards]) {
      for (const out of [viewOf("f64", [6]), reshapeView(permute(viewOf("f64", [3, 2]), [1, 0]), [6])!]) {
        if (x.axes[0]!.length === 2 && out.axes[0]!.length === 2) continue;
        const { before, after } = results(
          [x, out],
          emitMap({ reads: [x], writes: [out], body: (_, r) => r }),
        );
        expect(after).toEqual(before[0]);
      }
    }
  });

  test("reads all of a point before it writes, so it may work in place", () => {
    const x = viewOf("f64", [5]);
    const emitted = emitMap({ reads: [x], writes: [x], body: (s, [a]) => [s.add(a!, a!)] });
    const { before, after } = results([x, x], emitted);
    expect(after).toEqual(before[0]!.map((a) => 2 * a));
  });

  test("writes several values", () => {
    const [x, y, z] = [viewOf("f64", [3]), viewOf("f64", [3]), viewOf("i32", [3])];
    const arrays = new Map([x, y, z].map((view) => [view.buffer, filled(view)]));
    arrays.get(x.buffer)!.set([1.5, 2.5, 3.5]);
    run(emitMap({ reads: [x], writes: [y, z], body: (s, [a]) => [s.negate(a!), s.cast(a!, "i32")] }), arrays);
    expect([arrays.get(y.buffer), arrays.get(z.buffer)]).toEqual([
      Float64Array.of(-1.5, -2.5, -3.5),
      Int32Array.of(1, 2, 3),
    ]);
  });

  test("knows its coordinates along every axis, however operands lie", () => {
    for (const shape of [
      [2, 1, 3],
      [3, 4, 2],
      [6, 2, 1],
    ]) {
      for (const layout of Object.values(layouts)) {
        const out = layout("i32", shape);
        const place = emitMap({
          writes: [out],
          body: (s) => [
            shape.reduce(
              (sum, _, axis) => s.add(s.multiply(sum, s.constant("i32", 10)), s.index(axis)),
              s.constant("i32", 0),
            ),
          ],
        });
        expect(results([out], place).after).toEqual(coordinatesOf(shape).map((at) => Number(at.join(""))));
      }
    }
    const folded = reshapeView(permute(viewOf("i32", [2, 3]), [1, 0]), [6])!;
    expect(results([folded], emitMap({ writes: [folded], body: (s) => [s.index(0)] })).after).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
  });

  test("is the same in runs of any length", () => {
    const length = 2 * longestRun + 1;
    const out = viewOf("i32", [2, length]);
    const { after } = results(
      [out],
      emitMap({ writes: [out], body: (s) => [s.multiply(s.index(1), s.index(0))] }),
    );
    expect(after).toEqual(Array.from({ length: 2 * length }, (_, i) => (i < length ? 0 : i - length)));
    const row = sliceView(viewOf("f64", [length + 5]), 0, 2, length, 1)!;
    const arrays = new Map([[row.buffer, filled(row).fill(7)]]);
    run(emitMap({ writes: [row], body: (s) => [s.constant("f64", 1)] }), arrays);
    expect([...arrays.get(row.buffer)!]).toEqual([
      7,
      7,
      ...row.axes[0]!.flatMap(() => Array(length).fill(1)),
      7,
      7,
      7,
    ]);
  });
});

describe("readAt", () => {
  /** `table[index]` along an axis of a table of shape [4, 3]. */
  function take(axis: number, layout: (dtype: DType, shape: Shape) => View, indices: readonly number[]) {
    const table = layout("f64", [4, 3]);
    const other = axis === 0 ? 3 : 4;
    const index = viewOf("i32", [indices.length]);
    const shape = axis === 0 ? [indices.length, other] : [other, indices.length];
    const out = viewOf("f64", shape);
    const arrays = new Map([table, index, out].map((view) => [view.buffer, filled(view)]));
    arrays.get(index.buffer)!.set(indices);
    const outside: (readonly [number, number])[] = [];
    const emitted = emitMap({
      reads: [insertAxis(index, 1 - axis, other)],
      tables: [{ view: table, axis }],
      writes: [out],
      body: (_, [at], [row]) => [row!(at!)],
    });
    run(emitted, arrays, (i, size) => outside.push([i, size]));
    const rows = shown(table, arrays.get(table.buffer)!);
    const expected = coordinatesOf(shape).map((at) => {
      const [i, j] = axis === 0 ? [indices[at[0]!]!, at[1]!] : [at[0]!, indices[at[1]!]!];
      return rows[i * 3 + j]!;
    });
    return { got: shown(out, arrays.get(out.buffer)!), expected, outside };
  }

  test.each(Object.keys(layouts))("reads rows and columns of a %s table", (layout) => {
    for (const axis of [0, 1]) {
      const { got, expected, outside } = take(axis, layouts[layout]!, [2, 0, 0, 1]);
      expect(got).toEqual(expected);
      expect(outside).toEqual([]);
    }
  });

  test("reads rows that are longer than a run", () => {
    const width = longestRun + 10;
    const [table, index, out] = [viewOf("f64", [2, width]), viewOf("i32", [1]), viewOf("f64", [1, width])];
    const arrays = new Map([table, index, out].map((view) => [view.buffer, filled(view)]));
    arrays.get(index.buffer)![0] = 1;
    const reads = [insertAxis(index, 1, width)];
    run(
      emitMap({
        reads,
        tables: [{ view: table, axis: 0 }],
        writes: [out],
        body: (_, [at], [row]) => [row!(at!)],
      }),
      arrays,
    );
    expect(arrays.get(out.buffer)).toEqual(arrays.get(table.buffer)!.subarray(width));
  });

  test("gives 0 outside of the axis, and says so", () => {
    const { got, outside } = take(0, layouts.compact!, [4, -1]);
    expect(got).toEqual([0, 0, 0, 0, 0, 0]);
    expect(outside.slice(2, 4)).toEqual([
      [4, 4],
      [-1, 4],
    ]);
  });
});

describe("reduce", () => {
  const joins: Readonly<Partial<Record<Combine, (xs: readonly number[]) => number>>> = {
    sum: (xs) => xs.reduce((a, b) => a + b, 0),
    product: (xs) => xs.reduce((a, b) => a * b, 1),
    min: (xs) => Math.min(...xs),
    max: (xs) => Math.max(...xs),
  };

  test.each(readNames.flatMap((x) => Object.keys(joins).map((join) => [join as Combine, x] as const)))(
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

describe("contract", () => {
  const letters = { a: "bmk", b: "bkn", out: "bmn" };

  test.each(readNames.flatMap((x) => names.map((y) => [x, y] as const)))(
    "%s a and b into a %s out",
    (from, to) => {
      for (const [m, n] of shapes) {
        for (const k of sizes) {
          for (const batch of [1, 2]) {
            const a = readLayouts[from]!("f64", [batch, m, k]);
            const b = readLayouts[from]!("f64", [batch, k, n]);
            const out = layouts[to]!("f64", [batch, m, n]);
            const { before, after } = results([a, b, out], emitContract({ a, b, out, letters }));
            const [as, bs] = before as [number[], number[]];
            const expected = coordinatesOf([batch, m, n]).map(([t, i, j]) => {
              let sum = 0;
              for (let p = 0; p < k; p++) sum += as[(t! * m + i!) * k + p]! * bs[(t! * k + p) * n + j!]!;
              return sum;
            });
            expect(after).toEqual(expected);
          }
        }
      }
    },
  );

  test("starts from another operand, or from what out holds", () => {
    const [a, b, out] = [viewOf("f64", [2, 3]), viewOf("f64", [3, 4]), viewOf("f64", [2, 4])];
    const bias = broadcastView(viewOf("f64", [4]), [2, 4]);
    const plain = { a, b, out, letters: { a: "mk", b: "kn", out: "mn" } };
    const { after: product } = results([a, b, out], emitContract(plain));
    const { before, after } = results([a, b, bias, out], emitContract({ ...plain, init: bias }));
    expect(after).toEqual(product.map((x, i) => before[2]![i]! + x));
    const added = results([a, b, out], emitContract({ ...plain, init: out }));
    expect(added.after).toEqual(product.map((x, i) => added.before[2]![i]! + x));
  });

  /** The product of a row and a column. */
  function dot(dtype: DType, x: readonly number[], y: readonly number[]): number {
    const [a, b, out] = [viewOf(dtype, [1, x.length]), viewOf(dtype, [x.length, 1]), viewOf(dtype, [1, 1])];
    const arrays = new Map([a, b, out].map((view) => [view.buffer, filled(view)]));
    arrays.get(a.buffer)!.set(x);
    arrays.get(b.buffer)!.set(y);
    run(emitContract({ a, b, out, letters: { a: "mk", b: "kn", out: "mn" } }), arrays);
    return arrays.get(out.buffer)![0]!;
  }

  test("rounds every product and every sum to its dtype, in the order of k", () => {
    expect(dot("f32", [2 ** 24, 1, 1], [1, 1, 1])).toBe(2 ** 24);
    expect(dot("f64", [2 ** 24, 1, 1], [1, 1, 1])).toBe(2 ** 24 + 2);
    const [x, y] = [1 + 2 ** -12, 1 + 2 ** -13];
    expect(dot("f32", [-1, x], [1, y])).toBe(Math.fround(Math.fround(x * y) - 1));
    expect(dot("f32", [-1, x], [1, y])).not.toBe(Math.fround(x * y - 1));
    expect(dot("i32", [65536, 65537], [65536, 65537])).toBe(131073);
  });
});

describe("scatterAdd", () => {
  test.each(readNames.flatMap((x) => names.map((y) => [x, y] as const)))(
    "of %s rows into a %s output",
    (from, to) => {
      for (const rows of sizes) {
        for (const columns of sizes) {
          const source = readLayouts[from]!("f64", [rows, columns]);
          const index = viewOf("i32", [rows]);
          const out = layouts[to]!("f64", [3, columns]);
          const arrays = new Map([source, index, out].map((view) => [view.buffer, filled(view)]));
          const places = Array.from({ length: rows }, (_, i) => [2, 0, 2][i]!);
          arrays.get(index.buffer)!.set(places);
          const given = shown(source, arrays.get(source.buffer)!);
          const expected = shown(out, arrays.get(out.buffer)!);
          places.forEach((place, r) => {
            for (let c = 0; c < columns; c++) expected[place * columns + c]! += given[r * columns + c]!;
          });
          run(emitScatterAdd({ source, index, out, axis: 0, outAxes: [undefined, 1] }), arrays);
          expect(shown(out, arrays.get(out.buffer)!)).toEqual(expected);
        }
      }
    },
  );

  /** out [width] += source at indices. */
  function scatter(dtype: DType, width: number, indices: readonly number[], numbers: readonly number[]) {
    const length = indices.length;
    const [source, index] = [viewOf(dtype, [length]), viewOf("i32", [length])];
    const out = compactView(bufferOf(dtype, width), [width]);
    const arrays = new Map([source, index, out].map((view) => [view.buffer, filled(view).fill(0)]));
    arrays.get(source.buffer)!.set(numbers);
    arrays.get(index.buffer)!.set(indices);
    const outside: number[] = [];
    run(emitScatterAdd({ source, index, out, axis: 0, outAxes: [undefined] }), arrays, (i) =>
      outside.push(i),
    );
    return { out: [...arrays.get(out.buffer)!], outside };
  }

  test("drops rows outside of the axis, and says so", () => {
    expect(scatter("f64", 2, [0, 2, -1, 1, 0], [1, 10, 100, 1000, 10000])).toEqual({
      out: [10001, 1000],
      outside: [2, -1],
    });
  });

  test("touches nothing around its output", () => {
    const [source, index] = [viewOf("f64", [3]), viewOf("i32", [3])];
    const out = sliceView(viewOf("f64", [6]), 0, 2, 2, 1)!;
    const arrays = new Map([source, index, out].map((view) => [view.buffer, filled(view).fill(1)]));
    arrays.get(index.buffer)!.set([-1, 2, 0]);
    run(emitScatterAdd({ source, index, out, axis: 0, outAxes: [undefined] }), arrays);
    expect([...arrays.get(out.buffer)!]).toEqual([1, 1, 2, 1, 1, 1]);
  });

  test("adds in the order of the rows, in the dtype", () => {
    expect(scatter("f32", 1, [0, 0, 0], [2 ** 24, 1, 1]).out).toEqual([2 ** 24]);
    expect(scatter("f32", 1, [0, 0, 0], [1, 1, 2 ** 24]).out).toEqual([2 ** 24 + 2]);
    expect(scatter("i32", 1, [0, 0], [2 ** 31 - 1, 1]).out).toEqual([-(2 ** 31)]);
  });

  test("runs along axes of the output with its rows", () => {
    const [source, index, out] = [viewOf("f64", [2, 2]), viewOf("i32", [2, 2]), viewOf("f64", [2, 4])];
    const arrays = new Map([source, index, out].map((view) => [view.buffer, filled(view).fill(0)]));
    arrays.get(source.buffer)!.set([1, 2, 3, 4]);
    arrays.get(index.buffer)!.set([3, 0, 1, 1]);
    run(emitScatterAdd({ source, index, out, axis: 1, outAxes: [0, undefined] }), arrays);
    expect([...arrays.get(out.buffer)!]).toEqual([2, 0, 0, 1, 0, 7, 0, 0]);
    expect(viewShape(out)).toEqual([2, 4]);
  });
});
