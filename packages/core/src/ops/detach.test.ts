import { describe, expect, test } from "vitest";
import { derivative, i32, numbers, value } from "../../test/numbers.ts";
import { detach, gradient, mul, sum } from "../index.ts";

describe("detach", () => {
  test("has the same values, leaf by leaf", () => {
    const state = detach({ h: value([1, 2]), c: [value([3])], bias: undefined });
    expect([numbers(state.h), numbers(state.c[0]!)]).toEqual([[1, 2], [3]]);
    expect(state.bias).toBeUndefined();
  });

  test("counts as a constant in derivatives of every order", () => {
    expect(derivative((x) => mul(x, detach(x)), [3])).toEqual([3]);
    expect(derivative((x) => mul(x, x, detach(x)), [3], 2)).toEqual([6]);
  });

  test("alone on the way is no way", () => {
    const x = value([1, 2]).name("x");
    expect(() => gradient(sum(detach(x)), x)).toThrowErrorMatchingInlineSnapshot(`
      [GradientError: gradient: the loss does not depend on x.
      Leave it out, or pass { allowUnused: true } for zeros.]
    `);
  });

  test("leaves integers, which have no gradient, as they are", () => {
    const token = i32([1]);
    expect(detach(token)).toBe(token);
  });
});
