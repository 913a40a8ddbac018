import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, full, gradient, input, mul, randomKey, sum, type Value } from "@unroll/core";
import { numbers } from "../../test/numbers.ts";
import { dropout } from "../index.ts";

const rate = fc.double({ min: 0, max: 0.9, noNaN: true });

test("every number is dropped or divided by 1 - rate, and the gradient is that mask", () => {
  fc.assert(
    fc.property(rate, fc.nat(), (rate, seed) => {
      const x = numbers([5, 7], seed);
      const dy = numbers([5, 7], "dy");
      const run = compile((x: Value, dy: Value, key: Value) => {
        const y = dropout(x, rate, key);
        return { y, dx: gradient(sum(mul(dy, y)), x), key };
      });
      const { y, dx } = run(x, dy, randomKey(seed));
      const scale = 1 / (1 - rate);
      y.data.forEach((yi, i) => {
        const kept = yi !== 0;
        expect(yi).toBe(kept ? x.data[i]! * scale : 0);
        expect(dx.data[i]).toBe(kept ? dy.data[i]! * scale : 0);
      });
    }),
  );
});

test("the mean stays", () => {
  fc.assert(
    fc.property(rate, fc.nat(), (rate, seed) => {
      const n = 4000;
      const f = (key: Value): unknown => ({
        y: dropout(full(1, { dtype: "f64", shape: [n] }), rate, key),
        key,
      });
      const { y } = compile(f)(randomKey(seed)) as { y: { data: Float64Array } };
      const mean = y.data.reduce((sum, one) => sum + one, 0) / n;
      // A mean of n has the deviation sqrt(rate / (1 - rate) / n); six of them are never seen.
      expect(Math.abs(mean - 1)).toBeLessThanOrEqual(6 * Math.sqrt(rate / (1 - rate) / n));
    }),
  );
});

test("without a key, or at rate 0, it is x itself", () => {
  const x = input({ dtype: "f32", shape: [3] });
  expect(dropout(x, 0.5)).toBe(x);
  expect(dropout(x, 0, input({ dtype: "i32", shape: [2] }))).toBe(x);
});

test("a rate outside of [0, 1) is refused, with a key and without", () => {
  const x = input({ dtype: "f32", shape: [3] });
  expect(() => dropout(x, 1)).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: dropout: the rate 1 is not in [0, 1).]`,
  );
  expect(() => dropout(x, -0.1)).toThrow("-0.1");
  expect(() => dropout(x, NaN)).toThrow("NaN");
});
