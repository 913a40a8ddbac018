import { describe, expect, test } from "vitest";
import type { DType, Shape, TypedArray } from "../../tensor/type.ts";
import { filled, layouts, readLayouts, run } from "../../../test/views.ts";
import { copyOf, runOnWasm } from "../../../test/wasm.ts";
import { emitContract, emitMap, emitReduce, emitScatterAdd, type Emitted } from "../../ir/emit.ts";
import type { Buffer, View } from "../../ir/view.ts";

// Numbers are small and whole, so sums are exact in any order, and results are compared to the bit.

function agree(emitted: Emitted | undefined, arrays: ReadonlyMap<Buffer, TypedArray>): void {
  const [expected, found] = [copyOf(arrays), copyOf(arrays)];
  run(emitted, expected);
  runOnWasm(emitted, found);
  for (const buffer of arrays.keys()) expect(found.get(buffer)).toEqual(expected.get(buffer));
}

const filledAll = (...views: readonly View[]): Map<Buffer, TypedArray> =>
  new Map(views.map((view) => [view.buffer, filled(view)]));

const sizes = [0, 1, 3, 4, 5, 7, 8, 9];
const dtypes: readonly DType[] = ["f32", "f64", "i32"];

const reads = Object.keys(readLayouts);
const writes = Object.keys(layouts);

describe.each(dtypes)("a map of %s", (dtype) => {
  const shapes: readonly Shape[] = [
    [],
    ...sizes.map((size) => [size]),
    ...sizes.flatMap((m) => [
      [m, 3],
      [2, m],
      [3, m, 2],
    ]),
  ];
  test.each(reads.flatMap((from) => writes.map((to) => [from, to])))("reads %s and writes %s", (from, to) => {
    for (const shape of shapes) {
      const [x, y, out] = [
        readLayouts[from]!(dtype, shape),
        readLayouts.compact!(dtype, shape),
        layouts[to]!(dtype, shape),
      ];
      const emitted = emitMap({
        reads: [x, y],
        writes: [out],
        body: (s, [a, b]) => [s.add(s.multiply(a!, a!), b!)],
      });
      agree(emitted, filledAll(x, y, out));
    }
  });
});

/** Factors whose products are exact. */
const factors = (view: View): TypedArray => filled(view).map((_, i) => [1, -1, 2, 1, 0.5][i % 5]!);

describe.each(dtypes)("a reduction of %s", (dtype) => {
  const shapes: readonly Shape[] = [
    ...sizes.map((size) => [size]),
    ...sizes.flatMap((size) => [
      [size, 5],
      [5, size],
    ]),
    [2, 9, 5],
    [5, 3, 20],
    [2, 70, 3],
  ];
  const combines = ["sum", "product", "min", "max", "argmin", "argmax"] as const;
  test.each(combines.flatMap((combine) => reads.map((layout) => [combine, layout] as const)))(
    "%s of %s operands",
    (combine, layout) => {
      const isPosition = combine === "argmin" || combine === "argmax";
      for (const shape of shapes) {
        for (const axes of [[0], shape.map((_, axis) => axis), [shape.length - 1]]) {
          if (isPosition && axes.some((axis) => shape[axis] === 0)) continue;
          const x = readLayouts[layout]!(dtype, shape);
          const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
          const write = layouts.compact!(isPosition ? "i32" : dtype, kept);
          const numbers = combine === "product" ? factors(x) : filled(x);
          const arrays = new Map([
            [x.buffer, numbers],
            [write.buffer, filled(write)],
          ]);
          agree(emitReduce({ reads: [x], axes, combine, write }), arrays);
        }
      }
    },
  );
});

describe.each(dtypes)("a contraction of %s", (dtype) => {
  test.each(
    reads.flatMap((a) => reads.flatMap((b) => ["compact", "transposed"].map((out) => [a, b, out] as const))),
  )("of %s by %s is %s", (layoutA, layoutB, layoutOut) => {
    for (const m of [1, 3, 5, 9])
      for (const n of [1, 4, 5, 8, 9])
        for (const k of [1, 3, 4, 9]) {
          const [a, b] = [readLayouts[layoutA]!(dtype, [m, k]), readLayouts[layoutB]!(dtype, [k, n])];
          const out = layouts[layoutOut]!(dtype, [m, n]);
          const letters = { a: "mk", b: "kn", out: "mn" };
          agree(emitContract({ a, b, out, letters }), filledAll(a, b, out));
        }
  });
});

describe.each(dtypes)("scattering %s", (dtype) => {
  test.each(reads)("adds rows of %s sources", (layout) => {
    for (const columns of sizes) {
      const source = readLayouts[layout]!(dtype, [7, columns]);
      const index = layouts.compact!("i32", [7]);
      const out = layouts.compact!(dtype, [4, columns]);
      const arrays = new Map<Buffer, TypedArray>([source, out].map((view) => [view.buffer, filled(view)]));
      arrays.set(index.buffer, Int32Array.from([0, 3, -1, 0, 4, 2, 0]));
      agree(emitScatterAdd({ source, index, out, axis: 0, outAxes: [undefined, 1] }), arrays);
    }
  });
});
