import { describe, expect, test } from "vitest";
import { f64, i32, numbers, slope, slopeOf, value } from "../../test/numbers.ts";
import { input } from "../graph/graph.ts";
import type { Value } from "../graph/node.ts";
import { crossEntropy } from "./cross-entropy.ts";

/** exp: 1, 3, 6; the shares are 0.1, 0.3 and 0.6. */
const tenths = [0, Math.log(3), Math.log(6)];
const logits = f64([tenths, tenths]);

const expectClose = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual.length).toBe(expected.length);
  actual.forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 12));
};

describe("crossEntropy", () => {
  test("is minus the logarithm of the target's share, for every row", () => {
    expectClose(numbers(crossEntropy(logits, i32([2, 0]))), [-Math.log(0.6), -Math.log(0.1)]);
    expectClose(numbers(crossEntropy(f64(tenths), i32(1))), [-Math.log(0.3)]);
    expect(
      crossEntropy(input({ dtype: "f32", shape: [35, 50, 65] }), input({ dtype: "i32", shape: [35, 50] }))
        .shape,
    ).toEqual([35, 50]);
  });

  test("does not overflow", () => {
    expect(
      numbers(
        crossEntropy(
          value([
            [1e4, 0],
            [1e4, 0],
          ]),
          i32([0, 1]),
        ),
      ),
    ).toEqual([0, 1e4]);
  });

  test("has the gradient softmax - oneHot", () => {
    const f = (v: Value): Value => crossEntropy(v, i32([2, 0]));
    expectClose(numbers(slopeOf(f, logits, f64([1, 2]))), [0.1, 0.3, -0.4, -1.8, 0.6, 1.2]);
  });

  test("ignores rows of target -1, or of the target named", () => {
    expectClose(numbers(crossEntropy(logits, i32([-1, 1]))), [0, -Math.log(0.3)]);
    expectClose(numbers(slope((v) => crossEntropy(v, i32([-1, 1])), logits)), [0, 0, 0, 0.1, -0.7, 0.6]);
    expectClose(numbers(crossEntropy(logits, i32([-100, 1]), { ignore: -100 })), [0, -Math.log(0.3)]);
    expectClose(numbers(crossEntropy(logits, i32([0, 1]), { ignore: 0 })), [0, -Math.log(0.3)]);
  });

  test("weighs each target by its class", () => {
    const weights = f64([1, 10, 100]);
    const y = crossEntropy(logits, i32([2, -1]), { weights });
    expectClose(numbers(y), [-100 * Math.log(0.6), 0]);
    expectClose(
      numbers(slope((v) => crossEntropy(v, i32([1, -1]), { weights }), logits)),
      [1, -7, 6, 0, 0, 0],
    );
  });

  test("spreads a share of each target over all classes", () => {
    // The shares are 0.1, 0.3 and 0.6; of a target 0.3 goes to all three, 0.1 to each.
    const smoothing = 0.3;
    const logs = [0.1, 0.3, 0.6].map((share) => -Math.log(share));
    const [a, b, c] = logs as [number, number, number];
    const y = crossEntropy(logits, i32([2, 0]), { smoothing });
    expectClose(numbers(y), [0.1 * a + 0.1 * b + 0.8 * c, 0.8 * a + 0.1 * b + 0.1 * c]);
    expectClose(
      numbers(slope((v) => crossEntropy(v, i32([2, -1]), { smoothing }), logits)),
      [0, 0.2, -0.2, 0, 0, 0],
    );
    const weights = f64([1, 10, 100]);
    const weighed = crossEntropy(logits, i32([2, -1]), { smoothing, weights });
    expectClose(numbers(weighed), [0.1 * a + b + 80 * c, 0]);
    expectClose(numbers(crossEntropy(logits, i32([2, 0]), { smoothing: 0 })), [c, a]);
    expectClose(numbers(crossEntropy(logits, i32([2, 0]), { smoothing: 1 })), [
      (a + b + c) / 3,
      (a + b + c) / 3,
    ]);
    expect(() => crossEntropy(logits, i32([2, 0]), { smoothing: 1.5 })).toThrowErrorMatchingInlineSnapshot(
      `[UnrollError: crossEntropy: the smoothing 1.5 is not in [0, 1].]`,
    );
  });

  test("is infinite for a class that is masked, with a finite gradient", () => {
    const masked = f64([[-Infinity, 0, Math.log(3)]]);
    expect(numbers(crossEntropy(masked, i32([0])))).toEqual([Infinity]);
    expectClose(numbers(slope((v) => crossEntropy(v, i32([0])), masked)), [-1, 0.25, 0.75]);
  });

  test("has a second derivative", () => {
    // The gradient of the first share is p0 (1 - p0), -p0 p1, -p0 p2.
    const first = (v: Value): Value => slope((w) => crossEntropy(w, i32(0)), v);
    expectClose(numbers(slopeOf(first, f64(tenths), f64([1, 0, 0]))), [0.09, -0.03, -0.06]);
  });

  test("refuses targets that do not fit", () => {
    const [z, y] = [
      input({ dtype: "f32", shape: [50, 65] }, "logits"),
      input({ dtype: "i32", shape: [50, 1] }, "batch.y"),
    ];
    expect(() => crossEntropy(z, y)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: crossEntropy: logits f32[50, 65] and batch.y i32[50, 1]: the targets of these logits are i32[50].]`,
    );
    expect(() => crossEntropy(z, z)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: crossEntropy: index logits is f32[50, 65]; indices are i32.
      Convert it first: cast(logits, "i32").]
    `);
    expect(() => crossEntropy(y, y)).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: crossEntropy: batch.y i32[50, 1]: crossEntropy is defined on f32, f64.
      Convert it first: cast(batch.y, "f32").]
    `);
    expect(() =>
      crossEntropy(input({ dtype: "f32", shape: [] }, "loss"), i32(0)),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: crossEntropy: loss f32[] has rank 0, so -1 is not one of its axes.]`,
    );
    const weights = input({ dtype: "f32", shape: [64] }, "weights");
    const rows = input({ dtype: "i32", shape: [50] }, "batch.y");
    expect(() => crossEntropy(z, rows, { weights })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: crossEntropy: logits f32[50, 65] and weights f32[64]: the weights of these logits are f32[65].]`,
    );
  });
});
