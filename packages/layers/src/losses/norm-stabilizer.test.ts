import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, gradient, input, sum, tensor, type Value } from "@unroll/core";
import { distance, nested, numbers } from "../../test/numbers.ts";
import { normStabilizer } from "../index.ts";

const hs = numbers([5, 2, 3], "hs");

test("it is the square of what the length of a state gains", () => {
  const rows = nested(hs) as number[][][];
  const expected = rows
    .slice(1)
    .flatMap((step, t) => step.map((h, b) => (Math.hypot(...h) - Math.hypot(...rows[t]![b]!)) ** 2));
  const y = compile(normStabilizer)(hs);
  expect(y.shape).toEqual([4, 2]);
  expect(distance(y.data, expected)).toBeLessThan(1e-14);
});

test("its gradient is that of differences, and 0 at a state of zeros", () => {
  checkGradient(normStabilizer, [hs], { order: 2 });
  const run = compile((hs: Value) => {
    const loss = normStabilizer(hs);
    return { loss, d: gradient(sum(loss), hs) };
  });
  const { loss, d } = run(tensor([[[0, 0]], [[3, 4]]]));
  expect([...loss.data]).toEqual([25]);
  expect([...d.data].map((x) => x + 0)).toEqual([0, 0, 6, 8]);
});

test("states have three axes", () => {
  expect(() => normStabilizer(input({ dtype: "f32", shape: [5, 3] }, "hs")))
    .toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: normStabilizer: the states hs f32[5, 3] have rank 2, not 3.
    They are [T, B, H].]
  `);
});
