import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, input } from "@unroll/core";
import { numbers } from "../../test/numbers.ts";
import { squaredError } from "../index.ts";

const [y, targets] = [numbers([3, 2], "y"), numbers([3, 2], "targets")];

test("it is the square of each distance, unreduced", () => {
  const loss = compile(squaredError)(y, targets);
  expect(loss.shape).toEqual([3, 2]);
  loss.data.forEach((x, i) => expect(x).toBeCloseTo((y.data[i]! - targets.data[i]!) ** 2, 14));
});

test("its gradient is that of differences, to the second order", () => {
  checkGradient(squaredError, [y, targets], { order: 2 });
});

test("a column beside a row is refused, not broadcast", () => {
  const forecast = input({ dtype: "f32", shape: [3, 1] }, "forecast");
  expect(() => squaredError(forecast, input({ dtype: "f32", shape: [3] }, "batch.y")))
    .toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: squaredError: forecast f32[3, 1] and batch.y f32[3]: the targets are f32[3, 1].
    If they only lie otherwise: reshape(batch.y, [3, 1]).]
  `);
  expect(() => squaredError(forecast, input({ dtype: "f32", shape: [4, 1] }, "batch.y")))
    .toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: squaredError: forecast f32[3, 1] and batch.y f32[4, 1]: the targets are f32[3, 1].
    Losses do not broadcast: say broadcastTo where that is meant.]
  `);
  expect(() => squaredError(forecast, input({ dtype: "f64", shape: [3, 1] })))
    .toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: squaredError: forecast f32[3, 1] and f64[3, 1]: the targets are f32[3, 1].
      Convert them first: cast(x, "f32").]
    `);
  expect(() => squaredError(input({ dtype: "i32", shape: [3] }, "tokens"), forecast))
    .toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: squaredError: the numbers tokens i32[3] are no floats.
    Convert them first: cast(tokens, "f32").]
  `);
  expect(() => squaredError(forecast, y as never)).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: squaredError: the targets are no Value.
    Pass them as an argument of the compiled function, or lift a tensor with constant(tensor).]
  `);
});
