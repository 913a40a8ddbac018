import { describe, expect, test } from "vitest";
import type { DType } from "../../tensor/type.ts";
import { emitContract } from "../../ir/emit.ts";
import { broadcastView } from "../../ir/view.ts";
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
  sizes,
  viewOf,
} from "../../../test/views.ts";

describe("contract", () => {
  const letters = { a: "bmk", b: "bkn", out: "bmn" };

  test.each(readLayoutNames.flatMap((x) => layoutNames.map((y) => [x, y] as const)))(
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
