import { describe, expect, test } from "vitest";
import { full, ravel, tensor } from "../index.ts";

const tree = () => ({
  w: [tensor([[1, 2]], { dtype: "f64" }), tensor(3)],
  b: tensor([4, 5, 6]),
  empty: tensor([], { shape: [0, 2] }),
  count: tensor(7, { dtype: "i32" }),
  bias: undefined,
});

describe("ravel", () => {
  test("the vector has all elements, leaf by leaf in the order of their paths", () => {
    expect(ravel(tree()).vector).toEqual(Float64Array.of(4, 5, 6, 7, 1, 2, 3));
  });

  test("unravel gives the tree back, with its types", () => {
    const { vector, unravel } = ravel(tree());
    const back = unravel(vector);
    expect(Object.keys(back)).toEqual(["w", "b", "empty", "count", "bias"]);
    expect(back.w.map(({ type, data }) => ({ type, data }))).toEqual(
      tree().w.map(({ type, data }) => ({ type, data })),
    );
    expect(back.empty.shape).toEqual([0, 2]);
    expect(back.count.data).toEqual(Int32Array.of(7));
    expect(back.bias).toBeUndefined();
  });

  test("each leaf has its own dtype and its own memory", () => {
    const { vector, unravel } = ravel({ x: tensor([0.1]), y: tensor(0.1, { dtype: "f64" }) });
    const moved = vector.map(() => 0.1);
    const { x, y } = unravel(moved);
    moved.fill(0);
    expect([x.data[0], y.data[0]]).toEqual([Math.fround(0.1), 0.1]);
  });

  test("a single tensor is a tree", () => {
    const { vector, unravel } = ravel(tensor([1, 2]));
    expect(unravel(vector.map((x) => -x)).data).toEqual(Float32Array.of(-1, -2));
  });

  test("vectors that do not fit are refused", () => {
    const { unravel } = ravel({ x: tensor(new Float32Array(9)) });
    expect(() => unravel(new Float64Array(8))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: ravel: expected 9 numbers, got 8.]`,
    );
    expect(() =>
      ravel(tensor(1, { dtype: "i32" })).unravel(Float64Array.of(0.5)),
    ).toThrowErrorMatchingInlineSnapshot(`[DTypeError: tensor: 0.5 is not representable in i32.]`);
  });

  test("trees of anything but tensors are refused", () => {
    const x = full(0, { dtype: "f32", shape: [] });
    expect(() => ravel({ x })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: ravel: x is a value, not a Tensor.]`,
    );
    expect(() => ravel(x)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: ravel: the root is a value, not a Tensor.]`,
    );
  });
});
