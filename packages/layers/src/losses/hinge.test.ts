import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { compile, gradient, input, sum, tensor, type Value } from "@unroll/core";
import { distance, matrix, numbers } from "../../test/numbers.ts";
import { hinge, multiclassHinge } from "../index.ts";

const f64 = { dtype: "f64" } as const;
const i32 = { dtype: "i32" } as const;

describe("hinge", () => {
  test("is what a score lacks of the margin", () => {
    const run = compile((y: Value, t: Value) => {
      const loss = hinge(y, t);
      return { loss, dy: gradient(sum(loss), y) };
    });
    const { loss, dy } = run(tensor([2, 0.5, 0.5, -3], f64), tensor([1, 1, -1, -1], f64));
    expect([...loss.data]).toEqual([0, 0.5, 1.5, 0]);
    expect([...dy.data].map((x) => x + 0)).toEqual([0, -1, 1, 0]);
    const wide = compile((y: Value, t: Value) => hinge(y, t, { margin: 3 }));
    expect([...wide(tensor([2], f64), tensor([1], f64)).data]).toEqual([1]);
  });

  test("takes targets of the type of the scores", () => {
    const y = input({ dtype: "f32", shape: [4] }, "scores");
    expect(() => hinge(y, input({ dtype: "i32", shape: [4] }, "signs"))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: hinge: scores f32[4] and signs i32[4]: the targets are f32[4].
      Convert them first: cast(signs, "f32").]
    `);
  });
});

describe("multiclassHinge", () => {
  const scores = numbers([6, 5], "scores", 2);
  const targets = tensor([0, 4, 2, -1, 3, 3], i32);
  /** What each class but the target has above the target less the margin. */
  const short = (row: readonly number[], target: number, margin: number): number[] =>
    row.filter((_, k) => k !== target).map((x) => Math.max(0, margin + x - row[target]!));

  test.each([0.5, 1, 10])("is the worst class, or all of them, at a margin of %f", (margin) => {
    const run = compile((s: Value, t: Value) => [
      multiclassHinge(s, t, { margin }),
      multiclassHinge(s, t, { margin, count: "all" }),
    ]);
    const [worst, all] = run(scores, targets);
    const rows = matrix(scores).map((row, i) => {
      const target = targets.data[i]!;
      return target < 0 ? [0] : short(row, target, margin);
    });
    expect(
      distance(
        worst!.data,
        rows.map((row) => Math.max(...row)),
      ),
    ).toBeLessThan(1e-14);
    expect(
      distance(
        all!.data,
        rows.map((row) => row.reduce((a, b) => a + b)),
      ),
    ).toBeLessThan(1e-14);
  });

  test("its gradient is that of differences, and zero for rows that do not count", () => {
    for (const count of ["worst", "all"] as const) {
      checkGradient((s: Value, t: Value) => multiclassHinge(s, t, { count }), [scores, targets]);
    }
    const d = compile((s: Value, t: Value) => gradient(sum(multiclassHinge(s, t, { ignore: 3 })), s));
    expect(Array.from(d(scores, targets).data.slice(20), Math.abs)).toEqual(
      Array.from({ length: 10 }, () => 0),
    );
  });

  test("refuses targets that do not fit", () => {
    const s = input({ dtype: "f32", shape: [6, 5] }, "scores");
    expect(() => multiclassHinge(s, input({ dtype: "i32", shape: [6, 1] }, "batch.y")))
      .toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: multiclassHinge: scores f32[6, 5] and batch.y i32[6, 1]: the targets are i32[6].
      If they only lie otherwise: reshape(batch.y, [6]).]
    `);
    expect(() => multiclassHinge(s, s)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: multiclassHinge: scores f32[6, 5] and scores f32[6, 5]: the targets are i32[6].
      Convert them first: cast(scores, "i32").]
    `);
  });
});
