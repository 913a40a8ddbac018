import { expect, test } from "vitest";
import { f64, i32, numbers, value } from "../../test/numbers.ts";
import { dotTree, gradient, mul, square, sum } from "../index.ts";

test("it is the inner product over all leaves", () => {
  const a = { b: f64([5]), w: [f64([[1, 2]]), f64(3)] };
  const b = { b: f64([2]), w: [f64([[10, 100]]), f64(1000)] };
  expect(numbers(dotTree(a, b))).toEqual([10 + 10 + 200 + 3000]);
  expect(dotTree(a, b).shape).toEqual([]);
  expect(numbers(dotTree(i32([2, 3]), i32([5, 7])))).toEqual([31]);
});

test("leaves meet by path, whatever the order of keys", () => {
  expect(numbers(dotTree({ a: f64(2), b: f64(3) }, { b: f64(10), a: f64(1) }))).toEqual([32]);
});

test("its gradient by one tree is the other", () => {
  const [a, b] = [{ x: f64([1, 2]) }, { x: f64([3, 4]) }];
  expect(numbers(gradient(dotTree(a, b), a).x)).toEqual([3, 4]);
});

test("the gradient of a gradient's product with a vector is the Hessian's", () => {
  const [x, v] = [f64([2, 3]), f64([1, 10])];
  const loss = sum(mul(x, square(x)));
  expect(numbers(gradient(dotTree(gradient(loss, x), v), x))).toEqual([12, 180]);
});

test("trees that differ are refused", () => {
  expect(() => dotTree<unknown>({ a: value(1) }, { b: value(1) })).toThrowErrorMatchingInlineSnapshot(
    `[TreeError: dotTree: tree 2 is { b }, but tree 1 is { a }: a is missing, and b is too much.]`,
  );
  expect(() => dotTree({ w: value([1, 2]) }, { w: value([[1, 2]]) })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: dotTree: w is f32[2] and f32[1, 2].]`,
  );
  expect(() => dotTree(value([1, 2]), value([1]))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: dotTree: the root is f32[2] and f32[1].]`,
  );
  expect(() => dotTree(value(1), f64(1))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: mul: constant f32[] and constant f64[] differ in dtype.
    Dtypes are not promoted: cast(x, "f32").]
  `);
  expect(() => dotTree({}, {})).toThrowErrorMatchingInlineSnapshot(
    `[TreeError: dotTree: the trees have no leaves.]`,
  );
});
