import { describe, expect, test } from "vitest";
import { f64, i32, numbers, slope, slopeOf } from "../../test/numbers.ts";
import { gradient } from "../autodiff/gradient.ts";
import { input, nodesOf } from "../graph/graph.ts";
import { square } from "./arithmetic.ts";
import { sum } from "./broadcast.ts";
import { takeAlong } from "./take-along.ts";

const x = f64([
  [1, 2, 3],
  [4, 5, 6],
]);

describe("takeAlong", () => {
  test("takes entries of each row by the row's own index", () => {
    expect(numbers(takeAlong(x, i32([[2], [0]])))).toEqual([3, 4]);
    expect(
      numbers(
        takeAlong(
          x,
          i32([
            [2, 2],
            [0, 1],
          ]),
        ),
      ),
    ).toEqual([3, 3, 4, 5]);
    expect(numbers(takeAlong(x, i32([[1, 0, 1]]), { axis: 0 }))).toEqual([4, 2, 6]);
  });

  test("takes the same entries of every row when the index has one", () => {
    expect(numbers(takeAlong(x, i32([[2, 0]])))).toEqual([3, 1, 6, 4]);
  });

  test("reads 0 outside of the axis", () => {
    expect(numbers(takeAlong(x, i32([[-1], [0]])))).toEqual([0, 4]);
  });

  test("adds cotangents up where the entries were taken", () => {
    expect(numbers(slopeOf((v) => takeAlong(v, i32([[2], [0]])), x, f64([[7], [8]])))).toEqual([
      0, 0, 7, 8, 0, 0,
    ]);
    expect(numbers(slopeOf((v) => takeAlong(v, i32([[-1], [0]])), x, f64([[7], [8]])))).toEqual([
      0, 0, 0, 8, 0, 0,
    ]);
    const dy = f64([
      [7, 8],
      [9, 10],
    ]);
    expect(
      numbers(
        slopeOf(
          (v) =>
            takeAlong(
              v,
              i32([
                [2, 2],
                [0, -1],
              ]),
            ),
          x,
          dy,
        ),
      ),
    ).toEqual([0, 0, 15, 9, 0, 0]);
    expect(
      numbers(
        slope(
          (v) =>
            takeAlong(
              v,
              i32([
                [0, 0, 1],
                [0, 0, 0],
              ]),
              { axis: 0 },
            ),
          x,
        ),
      ),
    ).toEqual([2, 2, 1, 0, 0, 1]);
  });

  test("with one entry per row goes back without a scatter", () => {
    const [v, index] = [input({ dtype: "f32", shape: [50, 65] }), input({ dtype: "i32", shape: [50, 1] })];
    const dv = gradient(sum(takeAlong(v, index)), v);
    expect(nodesOf({ inputs: [v, index], outputs: [dv] }).map(({ op }) => op.name)).not.toContain(
      "scatterAlong",
    );
  });

  test("has a second derivative", () => {
    const second = (index: number[][]): number[] =>
      numbers(slope((v) => slope((w) => square(takeAlong(w, i32(index))), v), x));
    expect(second([[2], [0]])).toEqual([0, 0, 2, 2, 0, 0]);
    expect(
      second([
        [2, 2],
        [0, 1],
      ]),
    ).toEqual([0, 0, 4, 2, 2, 0]);
  });

  test("refuses an index that does not fit", () => {
    const logits = input({ dtype: "f32", shape: [50, 65] }, "logits");
    const targets = input({ dtype: "i32", shape: [50] }, "targets");
    expect(() => takeAlong(logits, targets)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: takeAlong: logits f32[50, 65] and targets i32[50]: ranks 2 and 1 differ.
      For one entry per row: unsqueeze(targets, 1).]
    `);
    expect(() => takeAlong(logits, i32([[0], [0]]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: takeAlong: logits f32[50, 65] and constant i32[2, 1] differ in axis 0: 50 and 2.]`,
    );
    expect(() => takeAlong(logits, logits)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: takeAlong: index logits is f32[50, 65]; indices are i32.
      Convert it first: cast(logits, "i32").]
    `);
    expect(() => takeAlong(logits, i32(0))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: takeAlong: logits f32[50, 65] and constant i32[]: ranks 2 and 0 differ.]`,
    );
  });
});
