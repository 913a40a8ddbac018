import { customGradient, fromArray, mul, sum, tanh, tensor, type Value } from "@unroll/core";
import "@unroll/testing/vitest";
import { describe, expect, test } from "vitest";

describe("toBeCloseToTensor", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);

  test("passes for tensors, nested arrays and rounding errors", () => {
    expect(x).toBeCloseToTensor(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    expect(x).toBeCloseToTensor([
      [1, 2],
      [3, 4 * (1 + 2 ** -21)],
    ]);
    expect(x).not.toBeCloseToTensor([
      [1, 2],
      [3, 4 * (1 + 2 ** -19)],
    ]);
    expect(tensor([NaN, Infinity, -0])).toBeCloseToTensor([NaN, Infinity, 0]);
    expect(tensor([NaN])).not.toBeCloseToTensor([0]);
    expect(tensor([Infinity])).not.toBeCloseToTensor([1e30], { relative: 1 });
    expect(tensor([1])).not.toBeCloseToTensor([Infinity]);
  });

  test("takes a tolerance", () => {
    expect(x).toBeCloseToTensor(
      [
        [1, 2],
        [3, 4.1],
      ],
      { relative: 0.05 },
    );
    expect(x).toBeCloseToTensor(
      [
        [0, 2],
        [3, 4],
      ],
      { absolute: 1 },
    );
    expect(x).not.toBeCloseToTensor(
      [
        [0, 2],
        [3, 4],
      ],
      { relative: 1 },
    );
  });

  test("says which types differ", () => {
    expect(() =>
      expect(x).toBeCloseToTensor(fromArray({ dtype: "f64", shape: [4] }, new Float64Array(4))),
    ).toThrowErrorMatchingInlineSnapshot(
      `[Error: toBeCloseToTensor: the type is f32[2, 2] and should be f64[4].]`,
    );
    expect(() => expect(x).toBeCloseToTensor([1, 2, 3, 4])).toThrowErrorMatchingInlineSnapshot(
      `[Error: toBeCloseToTensor: the type is f32[2, 2] and should be f32[4].]`,
    );
    expect(() => expect([1]).toBeCloseToTensor([1])).toThrowErrorMatchingInlineSnapshot(
      `[Error: toBeCloseToTensor: expected a Tensor, got object.]`,
    );
  });

  test("says how many elements differ, where the first is, and both numbers", () => {
    expect(() =>
      expect(x).toBeCloseToTensor([
        [1, 2],
        [3.5, 5],
      ]),
    ).toThrowErrorMatchingInlineSnapshot(`
      [Error: toBeCloseToTensor: 2 of 4 elements of f32[2, 2] differ, first at [1, 0]: 3 should be 3.5
      (off by 5.00e-1, tolerance 3.34e-6)
      actual   Tensor f32[2, 2] [1, 2, 3, 4]
      expected Tensor f32[2, 2] [1, 2, 3.5, 5].]
    `);
    expect(() => expect(x).not.toBeCloseToTensor(x)).toThrowErrorMatchingInlineSnapshot(
      `[Error: toBeCloseToTensor: the tensors are close and should not be.]`,
    );
  });
});

describe("toHaveCorrectGradient", () => {
  const x = tensor([0.5, -1], { dtype: "f64" });

  test("passes for a right gradient, of any tree of arguments", () => {
    expect((x: Value) => tanh(x)).toHaveCorrectGradient(x);
    expect(({ a }: { a: Value }, b: Value) => sum(mul(a, b))).toHaveCorrectGradient({ a: x }, x);
  });

  test("shows a wrong one", () => {
    const doubled = (x: Value): Value => customGradient(tanh(x), [x], (dy) => [mul(2, dy)]);
    expect(doubled).not.toHaveCorrectGradient(x);
    expect(() => expect(doubled).toHaveCorrectGradient(x)).toThrow("Most comes from x f64[2]");
  });
});
