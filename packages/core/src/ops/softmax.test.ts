import { describe, expect, test } from "vitest";
import { f64, numbers, slope, slopeOf, value } from "../../test/numbers.ts";
import { input } from "../graph/graph.ts";
import { logSoftmax, logSumExp, softmax } from "./softmax.ts";

const none = -Infinity;
/** exp: 1, 3, 6; the sum is 10. */
const tenths = f64([0, Math.log(3), Math.log(6)]);

const expectClose = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual.length).toBe(expected.length);
  actual.forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 12));
};

describe("logSumExp", () => {
  test("is the logarithm of the sum of exponentials", () => {
    expectClose(numbers(logSumExp(tenths)), [Math.log(10)]);
    expectClose(
      numbers(
        logSumExp(
          f64([
            [0, 0],
            [1, 1],
          ]),
          { axis: 1 },
        ),
      ),
      [Math.log(2), 1 + Math.log(2)],
    );
    expect(logSumExp(input({ dtype: "f32", shape: [2, 3] }), { axis: 1, keepDims: true }).shape).toEqual([
      2, 1,
    ]);
    expectClose(numbers(logSumExp(f64(7))), [7]);
  });

  test("neither overflows nor vanishes", () => {
    expect(numbers(logSumExp(value([1e4, 1e4])))).toEqual([Math.fround(1e4 + Math.LN2)]);
    expect(numbers(logSumExp(value([-1e4, -1e4])))).toEqual([Math.fround(-1e4 + Math.LN2)]);
    expect(numbers(logSumExp(value([3e38, -3e38])))).toEqual([Math.fround(3e38)]);
  });

  test("leaves out -Infinity, and of nothing else is -Infinity with zero gradient", () => {
    expect(numbers(logSumExp(f64([none, 2])))).toEqual([2]);
    const x = f64([
      [none, none],
      [none, 2],
    ]);
    const f = (v: typeof x) => logSumExp(v, { axis: 1 });
    expect(numbers(f(x))).toEqual([none, 2]);
    expect(numbers(slope(f, x))).toEqual([0, 0, 0, 1]);
    expect(numbers(slope((v) => slope(f, v), x))).toEqual([0, 0, 0, 0]);
    expect(numbers(logSumExp(f64([])))).toEqual([none]);
  });

  test("of Infinity is Infinity, and of NaN is NaN", () => {
    expect(numbers(logSumExp(f64([1, Infinity])))).toEqual([Infinity]);
    expect(numbers(logSumExp(f64([1, NaN])))).toEqual([NaN]);
  });

  test("has softmax for a gradient", () => {
    expectClose(numbers(slopeOf((v) => logSumExp(v), tenths, f64(2))), [0.2, 0.6, 1.2]);
  });

  test("has a second derivative", () => {
    // The gradient of the first share is p0 (1 - p0), -p0 p1, -p0 p2.
    const first = (v: typeof tenths) => slope((w) => logSumExp(w), v);
    expectClose(numbers(slopeOf(first, tenths, f64([1, 0, 0]))), [0.09, -0.03, -0.06]);
  });

  test("speaks of itself in its errors", () => {
    const x = input({ dtype: "f32", shape: [2, 3] }, "alpha");
    expect(() => logSumExp(x, { axis: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: logSumExp: alpha f32[2, 3] has rank 2, so 2 is not one of its axes.]`,
    );
    expect(() => logSumExp(input({ dtype: "i32", shape: [2] }, "ids"))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: logSumExp: ids i32[2]: logSumExp is defined on f32, f64.
      Convert it first: cast(ids, "f32").]
    `);
  });
});

describe("softmax", () => {
  test("is each exponential's share", () => {
    expectClose(numbers(softmax(tenths)), [0.1, 0.3, 0.6]);
    expectClose(
      numbers(
        softmax(
          f64([
            [0, 0],
            [0, Math.log(3)],
          ]),
          { axis: 0 },
        ),
      ),
      [0.5, 0.25, 0.5, 0.75],
    );
  });

  test("adds up to 1 for logits of 1e4", () => {
    expect(numbers(softmax(value([1e4, 1e4, 0])))).toEqual([0.5, 0.5, 0]);
    expect(numbers(softmax(value([-1e4, -1e4])))).toEqual([0.5, 0.5]);
  });

  test("of a masked entry is 0, and a fully masked row is zeros with zero gradient", () => {
    const x = f64([
      [none, 0, Math.log(3)],
      [none, none, none],
    ]);
    expectClose(numbers(softmax(x)), [0, 0.25, 0.75, 0, 0, 0]);
    const dy = f64([
      [1, 2, 4],
      [1, 2, 4],
    ]);
    expectClose(numbers(slopeOf(softmax, x, dy)), [0, -0.375, 0.375, 0, 0, 0]);
    expect(numbers(slope((v) => slopeOf(softmax, v, dy), x)).every(Number.isFinite)).toBe(true);
  });

  test("has the gradient y (dy - sum(y dy))", () => {
    // The sum of y dy is 3.5.
    expectClose(numbers(slopeOf(softmax, tenths, f64([8, 1, 4]))), [0.45, -0.75, 0.3]);
  });

  test("has a second derivative", () => {
    // For dy = (1, 0, 0) the gradient is p0 (1 - p0), -p0 p1, -p0 p2; that of its first entry by x is
    // (1 - 2 p0) times the gradient itself.
    const first = (v: typeof tenths) => slopeOf(softmax, v, f64([1, 0, 0]));
    expectClose(
      numbers(slopeOf(first, tenths, f64([1, 0, 0]))),
      [0.09, -0.03, -0.06].map((x) => 0.8 * x),
    );
  });
});

describe("logSoftmax", () => {
  test("is the logarithm of the shares", () => {
    expectClose(numbers(logSoftmax(tenths)), [0.1, 0.3, 0.6].map(Math.log));
  });

  test("keeps its digits where the share vanishes or is all but 1", () => {
    expect(numbers(logSoftmax(value([0, -1e4])))).toEqual([0, -1e4]);
    const [first, second] = numbers(logSoftmax(value([1e4, 1e4 - 1])));
    expect(first).toBeCloseTo(-Math.log1p(Math.exp(-1)), 6);
    expect(second).toBeCloseTo(-1 - Math.log1p(Math.exp(-1)), 6);
  });

  test("of a fully masked row stays -Infinity, with zero gradient", () => {
    const x = f64([
      [none, none],
      [none, 0],
    ]);
    expect(numbers(logSoftmax(x))).toEqual([none, none, none, 0]);
    expect(numbers(slope(logSoftmax, x)).slice(0, 2)).toEqual([0, 0]);
  });

  test("has the gradient dy - softmax(x) sum(dy)", () => {
    expectClose(numbers(slopeOf(logSoftmax, tenths, f64([1, 0, 0]))), [0.9, -0.3, -0.6]);
  });
});
