import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, flatten, tensor, type Tensor, type Value, type Values } from "@unroll/core";
import { numbers } from "../../test/numbers.ts";
import { init, linear, ones } from "../index.ts";

const { apply, params } = linear(3, 2);
type P = Values<typeof params>;

test("it is x w + b", () => {
  const w = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const y = compile((p: P, x: Value) => apply(p, x))({ w, b: tensor([10, 20]) }, tensor([[1, 0, -1]]));
  expect([...y.data]).toEqual([1 - 5 + 10, 2 - 6 + 20]);
});

test("axes in front are rows", () => {
  const run = compile((p: P, x: Value) => apply(p, x));
  const p = init(params, 1, { dtype: "f64" });
  const x = numbers([4, 2, 3], "x");
  const whole = run(p, x);
  expect(whole.shape).toEqual([4, 2, 2]);
  expect([...whole.data]).toEqual([...run(p, tensor(x.data, { shape: [8, 3] })).data]);
});

test("the bias is an option, and so are the first numbers", () => {
  const plain = linear(3, 2, { bias: false, init: ones });
  const p = init(plain.params, 1);
  expect(flatten(p).map(({ path }) => path)).toEqual(["w"]);
  const y = compile((p: P, x: Value) => plain.apply(p, x))(p, tensor([[1, 2, 3]]));
  expect([...y.data]).toEqual([6, 6]);
});

test("first numbers are uniform on 1 / sqrt(inputs)", () => {
  const p = init(linear(400, 50).params, 1);
  const limit = 1 / Math.sqrt(400);
  for (const { leaf } of flatten(p)) {
    const { data } = leaf as Tensor;
    expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(Math.fround(limit));
    expect(Math.max(...data)).toBeGreaterThan(0.8 * limit);
    expect(Math.min(...data)).toBeLessThan(-0.8 * limit);
  }
});

test("its gradient is that of differences", () => {
  checkGradient(
    (p: P, x: Value) => apply(p, x),
    [init(params, 1, { dtype: "f64" }), numbers([2, 4, 3], "x")],
    { order: 2 },
  );
});

test("sizes that are none are refused", () => {
  expect(() => linear(0, 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: linear: inputs is 0.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => linear(2, Infinity)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: linear: outputs is Infinity.
    Sizes are whole numbers from 1 on.]
  `);
});
