import { describe, expect, test } from "vitest";
import { derivative, f64, i32, numbers } from "../../test/numbers.ts";
import {
  cast,
  clamp,
  customGradient,
  gradient,
  greater,
  mul,
  neg,
  round,
  sub,
  sum,
  type Value,
} from "../index.ts";

describe("customGradient", () => {
  test("has the value of y", () => {
    expect(numbers(customGradient(round(f64([1.4, 1.6])), f64([0, 0]), (dy) => dy))).toEqual([1, 2]);
  });

  test("passes gradients straight through, reversed, or clipped", () => {
    const through = (x: Value): Value => customGradient(round(x), [x], (dy) => [dy]);
    const reversed = (x: Value): Value => customGradient(x, { x }, (dy) => ({ x: neg(dy) }));
    const clipped = (x: Value): Value => customGradient(x, x, (dy) => clamp(dy, -1, 1));
    expect(derivative((x) => mul(3, through(x)), [1.4])).toEqual([3]);
    expect(derivative((x) => mul(3, reversed(x)), [1.4])).toEqual([-3]);
    expect(derivative((x) => mul(3, clipped(x)), [1.4])).toEqual([1]);
  });

  test("nothing flows into y", () => {
    expect(derivative((x) => customGradient(mul(x, x), [f64([1])], (dy) => [dy]), [3])).toEqual([0]);
  });

  test("the declared gradient is differentiated in turn", () => {
    // A spike: 1 above 0, with the surrogate derivative 1 - v^2 kept to [0, 1].
    const spike = (v: Value): Value =>
      customGradient(cast(greater(v, 0), "f64"), [v], (dy) => [mul(dy, clamp(sub(1, mul(v, v)), 0, 1))]);
    expect(derivative(spike, [0.5, 2])).toEqual([0.75, 0]);
    expect(derivative(spike, [0.5, -2], 2)).toEqual([-1, 0]);
  });

  test("the rule may mention any value", () => {
    const limit = f64(0.5);
    expect(derivative((x) => customGradient(x, [x], (dy) => [clamp(dy, neg(limit), limit)]), [3])).toEqual([
      0.5,
    ]);
  });

  test("only floats have gradients", () => {
    const [x, n] = [f64([1]), i32([1])];
    expect(() => customGradient(n, [x], (dy) => [dy])).toThrowErrorMatchingInlineSnapshot(`
      [GradientError: customGradient: y is i32[1]; only floats have gradients.
      Cast it first.]
    `);
    expect(() => customGradient(x, { n }, (dy) => ({ n: dy }))).toThrowErrorMatchingInlineSnapshot(`
      [GradientError: customGradient: n is i32[1]; only floats have gradients.
      Leave it out: the vjp may mention any value.]
    `);
  });

  test("an answer of another structure or type is refused when a derivative is taken", () => {
    const [x, w] = [f64([1, 2]).name("x"), f64([3]).name("w")];
    const wrong = (vjp: (dy: Value) => unknown): Value =>
      gradient(sum(customGradient(mul(x, 2), { x, w }, vjp as (dy: Value) => { x: Value; w: Value })), {
        x,
        w,
      }).x;
    expect(() => wrong((dy) => ({ x: dy }))).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: customGradient: its vjp returned { x }, but xs is { w, x }: w is missing.]`,
    );
    expect(() => wrong((dy) => ({ x: dy, w: dy }))).toThrowErrorMatchingInlineSnapshot(`
      [GradientError: customGradient: w is f64[1], and the vjp returned f64[2] for it.
      A cotangent has the type of what it belongs to.]
    `);
    expect(() => wrong((dy) => [dy, dy])).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: customGradient: its vjp returned [2 items], but xs is { w, x }: w, x are missing, and [0], [1] are too much.]`,
    );
  });
});
