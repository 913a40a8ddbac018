import { describe, test } from "vitest";
import type { DType, Shape, TypedArray } from "../../src/tensor/type.ts";
import { filled, layouts, readLayouts, viewOf } from "../views.ts";
import { filledAll, type Expect } from "./expect.ts";
import { emitReduce } from "../../src/ir/emit.ts";
import type { Combine } from "../../src/ir/kernel.ts";
import type { View } from "../../src/ir/view.ts";

const sizes = [0, 1, 3, 4, 5, 7, 8, 9];
const shapes: readonly Shape[] = [
  ...sizes.flatMap((n) => [[n], [n, 5], [5, n]]),
  [2, 9, 5],
  [5, 3, 20],
  [2, 70, 3],
];
const isPosition = (combine: Combine): boolean => combine === "argmin" || combine === "argmax";

/** Factors whose products are exact. */
const factors = (view: View): TypedArray => filled(view).map((_, i) => [1, -1, 2, 1, 0.5][i % 5]!);

const combines: Readonly<Record<DType, readonly Combine[]>> = {
  f32: ["sum", "product", "min", "max", "argmin", "argmax"],
  f64: ["sum", "product", "min", "max", "argmin", "argmax"],
  i32: ["sum", "product", "min", "max", "argmin", "argmax", "and", "or"],
  bool: ["min", "max", "and", "or"],
};
const cases = (Object.keys(combines) as DType[]).flatMap((dtype) =>
  combines[dtype].flatMap((combine) =>
    Object.keys(readLayouts).map((layout) => [combine, dtype, layout] as const),
  ),
);

/** What reductions do, on an engine that can be asked about one kernel. */
export function reduceKernels(expectSame: Expect): void {
  test.each(cases)("%s of %s, %s", (combine, dtype, layout) => {
    for (const shape of shapes) {
      for (const axes of [[0], shape.map((_, axis) => axis), [shape.length - 1]]) {
        if (isPosition(combine) && axes.some((axis) => shape[axis] === 0)) continue;
        const x = readLayouts[layout]!(dtype, shape);
        const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
        const write = layouts.transposed!(isPosition(combine) ? "i32" : dtype, kept);
        const arrays = filledAll(write).set(x.buffer, combine === "product" ? factors(x) : filled(x));
        expectSame(emitReduce({ reads: [x], axes, combine, write }), arrays);
      }
    }
  });

  describe.each(["f32", "f64"] as const)("special %s", (dtype) => {
    const numbers = [0, -0, 1, NaN, Infinity, -Infinity, -1, 3, NaN];
    const rotated = numbers.flatMap((_, i) => [...numbers.slice(i), ...numbers.slice(0, i)]);

    test.each(["min", "max", "argmin", "argmax"] as const)(
      "%s: NaN wins, the first of equals is the place",
      (combine) => {
        for (const length of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
          for (const axis of [0, 1]) {
            const x = viewOf(dtype, axis === 1 ? [9, length] : [length, 9]);
            const write = viewOf(isPosition(combine) ? "i32" : dtype, axis === 1 ? [9, 1] : [1, 9]);
            const data = filled(x).map((_, i) => rotated[(i * 5) % rotated.length]!);
            expectSame(
              emitReduce({ reads: [x], axes: [axis], combine, write }),
              filledAll(write).set(x.buffer, data),
            );
          }
        }
      },
    );

    test.each(["argmin", "argmax"] as const)("%s of nothing but the worst is the first", (combine) => {
      const x = viewOf(dtype, [3, 6]);
      const write = viewOf("i32", [3, 1]);
      const worst = combine === "argmin" ? Infinity : -Infinity;
      expectSame(
        emitReduce({ reads: [x], axes: [1], combine, write }),
        filledAll(write).set(x.buffer, filled(x).fill(worst)),
      );
    });
  });

  test("a body before and an epilogue after, with the coordinates of both", () => {
    for (const n of sizes.slice(1)) {
      for (const axes of [[0], [1], [2], [0, 2], [1, 2]]) {
        const shape = [3, n, 4];
        const [x, scale] = [viewOf("f32", shape), viewOf("f32", shape)];
        const write = viewOf(
          "f32",
          shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
        );
        const emitted = emitReduce({
          reads: [x, scale],
          axes,
          combine: "sum",
          write,
          body: (s, a, b) => s.add(s.multiply(a, b), s.cast(s.add(s.index(0), s.index(1)), "f32")),
          epilogue: (s, sum) =>
            s.subtract(sum, s.cast(s.index(axes.includes(0) ? (axes.includes(1) ? 2 : 1) : 0), "f32")),
        });
        expectSame(emitted, filledAll(x, scale, write));
      }
    }
  });
}
