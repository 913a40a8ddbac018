import { checkGradient } from "@unroll/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, gradient, sum, tensor, type Value } from "@unroll/core";
import { distance, numbers } from "../../test/numbers.ts";
import { huber } from "../index.ts";

const f64 = { dtype: "f64" } as const;

test("it is a parabola up to delta and a line beyond", () => {
  const rs = [0, 0.5, -0.5, 1, -1, 2, -3, 2.5];
  for (const delta of [1, 2.5, 0.1]) {
    const run = compile((y: Value, t: Value) => {
      const loss = huber(y, t, { delta });
      return { loss, dy: gradient(sum(loss), y) };
    });
    const { loss, dy } = run(
      tensor(
        rs.map((r) => r + 7),
        f64,
      ),
      tensor(
        rs.map(() => 7),
        f64,
      ),
    );
    const expected = rs.map((r) => (Math.abs(r) <= delta ? (r * r) / 2 : delta * (Math.abs(r) - delta / 2)));
    expect(distance(loss.data, expected)).toBeLessThan(1e-14);
    const slopes = rs.map((r) => Math.min(Math.max(r, -delta), delta));
    expect(distance(dy.data, slopes)).toBeLessThan(1e-14);
  }
});

test("an outlier whose square is no f32 has a finite loss and gradient", () => {
  const run = compile((y: Value, t: Value) => ({ loss: huber(y, t), dy: gradient(sum(huber(y, t)), y) }));
  const { loss, dy } = run(tensor([1e30]), tensor([0]));
  expect([loss.data[0], dy.data[0]]).toEqual([Math.fround(1e30), 1]);
});

test("its gradient is that of differences", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      checkGradient(
        (y: Value, t: Value) => huber(y, t, { delta: 0.7 }),
        [numbers([4], `y ${seed}`, 2), numbers([4], `t ${seed}`)],
      );
    }),
    { numRuns: 20 },
  );
});

test("a delta below 0 is refused", () => {
  const x = numbers([2], "x");
  expect(() => compile((y: Value) => huber(y, y, { delta: -1 }))(x)).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: huber: the delta is -1.
    It is a number from 0 on.]
  `);
});
