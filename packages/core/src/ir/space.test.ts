import { describe, expect, test } from "vitest";
import { viewOf } from "../../test/views.ts";
import { Scalar } from "./scalar.ts";
import { collapse, dimensionsOf, indexedAxes, refine, resolveIndices } from "./space.ts";
import { permute, reshapeView } from "./view.ts";

describe("refine", () => {
  test("splits the larger factor by the smaller one", () => {
    expect(
      refine([
        [[6, 1]],
        [
          [2, 5],
          [3, 9],
        ],
      ]),
    ).toEqual([
      { size: 2, strides: [3, 5] },
      { size: 3, strides: [1, 9] },
    ]);
  });

  test("splits in several places, and repeated axes anywhere", () => {
    expect(
      refine([
        [
          [4, 1],
          [3, 4],
        ],
        [
          [2, 100],
          [6, 1],
        ],
        [[12, 0]],
      ]),
    ).toEqual([
      { size: 2, strides: [2, 100, 0] },
      { size: 2, strides: [1, 3, 0] },
      { size: 3, strides: [4, 1, 0] },
    ]);
  });

  test("gives nothing for size 1 and an empty dimension for size 0", () => {
    expect(refine([[], []])).toEqual([]);
    expect(refine([[[0, 3]], [[0, 0]]])).toEqual([{ size: 0, strides: [0, 0] }]);
  });

  test("refuses factors that do not divide, and sizes that differ", () => {
    expect(() =>
      refine([
        [
          [2, 1],
          [3, 2],
        ],
        [
          [3, 5],
          [2, 1],
        ],
      ]),
    ).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: factors 3 and 2 of one axis do not divide; one operand must be copied first
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(() => refine([[[4, 1]], [[3, 1]]])).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: operands have 4, 3 elements along an axis
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
    expect(() => dimensionsOf([[[]], []], [0])).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: internal: operands have 1, 0 axes
      This is a bug in unroll. Please report it with the program that caused it.]
    `);
  });
});

describe("collapse", () => {
  const compact = viewOf("f32", [2, 3]).axes;
  const transposed = permute(viewOf("f32", [3, 2]), [1, 0]).axes;

  test("joins dimensions over which every operand runs on", () => {
    expect(collapse(dimensionsOf([compact, compact], [0, 1]), new Set())).toMatchObject([
      { size: 6, strides: [1, 1] },
    ]);
  });

  test("leaves those that an operand runs through differently", () => {
    expect(collapse(dimensionsOf([compact, transposed], [0, 1]), new Set())).toMatchObject([
      { size: 2 },
      { size: 3 },
    ]);
  });

  test("keeps an axis apart whose coordinate is asked for", () => {
    const { axes } = viewOf("f32", [2, 3, 5]);
    const cut = dimensionsOf([axes], [0, 1, 2]);
    const sizes = (...kept: number[]): number[] => collapse(cut, new Set(kept)).map(({ size }) => size);
    expect([sizes(), sizes(0), sizes(1), sizes(2)]).toEqual([[30], [2, 15], [2, 3, 5], [6, 5]]);
  });
});

describe("index", () => {
  /** The body of `index(0) * 100 + index(1)` for a shape whose axes have these factors. */
  const positions = (factors: Parameters<typeof dimensionsOf>[0][number]) => {
    const s = new Scalar();
    const sum = s.add(s.multiply(s.index(0), s.constant("i32", 100)), s.index(1));
    const dimensions = collapse(dimensionsOf([factors], [0, 1]), indexedAxes(s.body));
    return { dimensions, ...resolveIndices({ body: s.body, results: [sum.at] }, dimensions) };
  };

  test("of an axis that is one dimension is the coordinate along it", () => {
    const { dimensions, body } = positions(viewOf("f32", [2, 3]).axes);
    expect(dimensions.map(({ size }) => size)).toEqual([2, 3]);
    expect(body.filter(({ op }) => op === "index")).toEqual([
      { op: "index", dimension: 0 },
      { op: "index", dimension: 1 },
    ]);
  });

  test("of an axis that is two dimensions is put together from their coordinates", () => {
    const split = reshapeView(permute(viewOf("f32", [2, 3, 5]), [1, 0, 2]), [6, 5])!;
    const { dimensions, body } = positions(split.axes);
    expect(dimensions.map(({ size }) => size)).toEqual([3, 2, 5]);
    expect(body.slice(0, 5)).toEqual([
      { op: "index", dimension: 0 },
      { op: "index", dimension: 1 },
      { op: "constant", dtype: "i32", value: 2 },
      { op: "multiply", x: 0, y: 2 },
      { op: "add", x: 3, y: 1 },
    ]);
  });

  test("of an axis of size 1 is 0", () => {
    const { body } = positions(viewOf("f32", [1, 3]).axes);
    expect(body[0]).toEqual({ op: "constant", dtype: "i32", value: 0 });
  });
});
