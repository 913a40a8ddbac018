import fc from "fast-check";
import { describe, test } from "vitest";
import type { DType, Shape } from "../../src/tensor/type.ts";
import { bufferOf, layouts, readLayouts, viewOf } from "../views.ts";
import { filledAll, type Expect } from "./expect.ts";
import { emitCopy, emitFill, emitMap } from "../../src/ir/emit.ts";
import { broadcastView, compactView, flipView, insertAxis, permute } from "../../src/ir/view.ts";

const sizes = [0, 1, 3, 4, 5, 7, 8, 9];
const dtypes: readonly DType[] = ["f32", "f64", "i32", "bool"];
const shapes: readonly Shape[] = [[], ...sizes.flatMap((n) => [[n], [n, 3], [2, n], [3, n, 2]])];

/** What maps do, on an engine that can be asked about one kernel. */
export function mapKernels(expectSame: Expect): void {
  describe.each(dtypes)("a map of %s", (dtype) => {
    test.each(Object.keys(readLayouts).flatMap((from) => Object.keys(layouts).map((to) => [from, to])))(
      "reads %s and writes %s",
      (from, to) => {
        for (const shape of shapes) {
          const [x, y] = [readLayouts[from]!(dtype, shape), viewOf(dtype, shape)];
          const out = layouts[to]!(dtype, shape);
          const emitted = emitMap({
            reads: [x, y],
            writes: [out],
            body: (s, [a, b]) => [s.select(s.less(a!, b!), a!, s.max(a!, b!))],
          });
          expectSame(emitted, filledAll(x, y, out));
        }
      },
    );

    test("fills", () => {
      for (const shape of shapes) {
        const out = layouts.transposed!(dtype, shape);
        expectSame(emitFill(out, 1), filledAll(out));
      }
    });
  });

  test("all reads of a point come before its stores, also when both are at one place", () => {
    for (const n of sizes) {
      const [x, y] = [viewOf("f32", [n, 5]), viewOf("f32", [n, 5])];
      const emitted = emitMap({
        reads: [x, y],
        writes: [y, x],
        body: (s, [a, b]) => [s.add(a!, b!), s.multiply(a!, b!)],
      });
      expectSame(emitted, filledAll(x, y));
    }
  });

  test("what all lanes share is computed with those of the dimension that it moves along", () => {
    for (const n of sizes) {
      const [row, column, out] = [viewOf("f32", [n]), viewOf("f32", [6, 1]), viewOf("f32", [6, n])];
      const emitted = emitMap({
        reads: [broadcastView(row, [6, n]), broadcastView(column, [6, n])],
        writes: [out],
        body: (s, [r, c]) => [s.add(s.multiply(s.add(c!, s.constant("f32", 2)), c!), r!)],
      });
      expectSame(emitted, filledAll(row, column, out));
    }
  });

  test("coordinates count along every dimension", () => {
    for (const shape of [
      [2, 3, 9],
      [9, 2, 3],
      [5, 1, 4],
      [3, 3, 1],
    ]) {
      for (const layout of Object.values(layouts)) {
        const out = layout("i32", shape);
        const emitted = emitMap({
          writes: [out],
          body: (s) => {
            const ten = s.constant("i32", 10);
            return [s.add(s.multiply(s.add(s.multiply(s.index(0), ten), s.index(1)), ten), s.index(2))];
          },
        });
        expectSame(emitted, filledAll(out));
      }
    }
  });

  describe.each(dtypes)("a table of %s", (dtype) => {
    const indices = [0, 3, -1, 2, 4, 0, 1, 2147483647, -2147483648, 3];

    test("is read by rows, and outside of it as 0", () => {
      for (const columns of sizes) {
        const [table, index] = [viewOf(dtype, [4, columns]), viewOf("i32", [10])];
        const out = viewOf(dtype, [10, columns]);
        const emitted = emitMap({
          reads: [insertAxis(index, 1, columns)],
          tables: [{ view: table, axis: 0 }],
          writes: [out],
          body: (_, [at], [row]) => [row!(at!)],
        });
        expectSame(emitted, filledAll(table, out).set(index.buffer, Int32Array.from(indices)));
      }
    });

    test("is read element by element, each by its own index", () => {
      for (const n of sizes) {
        const [table, index, out] = [viewOf(dtype, [n, 4]), viewOf("i32", [n, 1]), viewOf(dtype, [n, 1])];
        const emitted = emitMap({
          reads: [index],
          tables: [{ view: table, axis: 1 }],
          writes: [out],
          body: (_, [at], [element]) => [element!(at!)],
        });
        expectSame(emitted, filledAll(table, out).set(index.buffer, Int32Array.from(indices.slice(0, n))));
      }
    });
  });

  test("an empty table is read as 0", () => {
    const [index, out] = [viewOf("i32", [5]), viewOf("f32", [5])];
    const table = compactView(bufferOf("f32", 0), [0]);
    const emitted = emitMap({
      reads: [index],
      tables: [{ view: table, axis: 0 }],
      writes: [out],
      body: (_, [at], [element]) => [element!(at!)],
    });
    expectSame(emitted, filledAll(index, table, out));
  });

  test("copies between any two layouts move every element to its place", () => {
    const shape = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shape, fc.array(fc.boolean()), fc.nat(), (sizesOf, flips, seed) => {
        const order = sizesOf.map((_, i) => i).sort((a, b) => ((a * 7 + seed) % 5) - ((b * 7 + seed) % 5));
        const stored = viewOf(
          "f32",
          order.map((axis) => sizesOf[axis]!),
        );
        const seen = permute(
          stored,
          sizesOf.map((_, i) => order.indexOf(i)),
        );
        const from = flips
          .slice(0, sizesOf.length)
          .reduce((view, flip, axis) => (flip ? flipView(view, axis) : view), seen);
        const to = viewOf("f32", sizesOf);
        expectSame(emitCopy(from, to), filledAll(stored, to));
      }),
    );
  });
}
