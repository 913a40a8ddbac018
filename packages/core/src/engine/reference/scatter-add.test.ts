import { describe, expect, test } from "vitest";
import type { DType } from "../../tensor/type.ts";
import { emitScatterAdd } from "../../ir/emit.ts";
import { compactView, sliceView, viewShape } from "../../ir/view.ts";
import {
  bufferOf,
  filled,
  layoutNames,
  layouts,
  readLayoutNames,
  readLayouts,
  run,
  shown,
  sizes,
  viewOf,
} from "../../../test/views.ts";

describe("scatterAdd", () => {
  test.each(readLayoutNames.flatMap((x) => layoutNames.map((y) => [x, y] as const)))(
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
