import { describe, expect, test } from "vitest";
import { compile, fromArray, full, jvp, scan, tanh, add, mul, type Value } from "../index.ts";

const f64 = (...numbers: number[]) =>
  fromArray({ dtype: "f64", shape: [numbers.length] }, Float64Array.from(numbers));

describe("jvp", () => {
  test("is the derivative along the tangent", () => {
    const f = compile((x: Value, dx: Value) => jvp(mul(x, x), x, dx));
    expect([...f(f64(1, 2, 3), f64(1, 10, 100)).data]).toEqual([2, 40, 600]);
  });

  test("goes through a scan whose derivative computes something from what was saved", () => {
    // h = tanh(h + x) twice: the derivative needs 1 - h^2, which the way back makes and the way forth does not.
    const f = compile((xs: Value, dxs: Value) => {
      const start = full(0.5, { dtype: "f64", shape: [] });
      const step = (h: Value, x: Value): readonly [Value, undefined] => [tanh(add(h, x)), undefined];
      return jvp(scan(step, start, xs)[0], xs, dxs);
    });
    const first = Math.tanh(0.5 + 0.1);
    const second = Math.tanh(first + 0.2);
    const slope = (1 - second ** 2) * (1 - first ** 2) * 3 + (1 - second ** 2) * 5;
    expect(f(f64(0.1, 0.2), f64(3, 5)).data[0]).toBeCloseTo(slope, 14);
  });
});
