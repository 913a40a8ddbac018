import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, gradient, sum, tensor, type Value } from "@unroll/core";
import { strokeNll, strokesOf } from "../index.ts";

test("in f32 loss and gradient are finite for outputs of any size", () => {
  const run = compile((outputs: Value, points: Value) => {
    const loss = strokeNll(strokesOf(outputs, 2), points);
    return { loss, d: gradient(sum(loss), { outputs, points }) };
  });
  const output = fc.oneof(
    fc.double({ min: -3, max: 3, noNaN: true }),
    fc.constantFrom(0, -9.2, 50, -50, 1e4, -1e4, 1e10, -1e10, 1e30, -1e30),
  );
  const row = fc.array(output, { minLength: 13, maxLength: 13 });
  const point = fc.tuple(output, output, fc.constantFrom(0, 1));
  fc.assert(
    fc.property(fc.array(fc.tuple(row, point), { minLength: 20, maxLength: 20 }), (cases) => {
      const { loss, d } = run(
        tensor(cases.map(([row]) => row)),
        tensor(cases.map(([, point]) => [...point])),
      );
      for (const { data } of [loss, d.outputs, d.points]) expect(data.every(Number.isFinite)).toBe(true);
    }),
  );
});
