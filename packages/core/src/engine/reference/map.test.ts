import { describe, expect, test } from "vitest";
import type { DType, Shape } from "../../tensor/type.ts";
import { emitMap } from "../../ir/emit.ts";
import { flipView, insertAxis, permute, reshapeView, sliceView, type View } from "../../ir/view.ts";
import {
  coordinatesOf,
  filled,
  layoutNames,
  layouts,
  readLayoutNames,
  readLayouts,
  results,
  run,
  shapes,
  shown,
  viewOf,
} from "../../../test/views.ts";
import { longestRun } from "./points.ts";

// Every form is run on operands that lie in memory in every way, and compared with a formula on nested coordinates.

describe("map", () => {
  test.each(readLayoutNames.flatMap((x) => layoutNames.map((y) => [x, y] as const)))(
    "of %s into %s",
    (from, to) => {
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
    },
  );

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
