import { expect, test } from "vitest";
import { fromArray, type Tensor } from "@unroll/core";
import { distance, numbers } from "../../test/numbers.ts";
import { run } from "../../test/outputs.ts";
import { gru, init, mgu } from "../index.ts";

const [T, B, I, H] = [4, 2, 3, 4];

test("it is a GRU, reset before and updating the candidate, whose gates have the same weights", () => {
  const cell = mgu(I, H);
  const p = init(cell.params, 1, { dtype: "f64" });
  const doubled = (w: Tensor): Tensor => {
    const rows = Array.from({ length: w.data.length / (2 * H) }, (_, r) =>
      w.data.slice(2 * H * r, 2 * H * (r + 1)),
    );
    const wide = rows.flatMap((row) => [...row.slice(0, H), ...row]);
    return fromArray({ dtype: "f64", shape: w.shape.with(-1, 3 * H) }, Float64Array.from(wide));
  };
  const [xs, start] = [numbers([T, B, I], "xs"), { h: numbers([B, H], "h") }];
  const [, got] = run(cell, p, xs, start);
  const same = { wx: doubled(p.wx), wh: doubled(p.wh), b: doubled(p.b), bn: undefined };
  const [, expected] = run(gru(I, H, { reset: "before", update: "candidate" }), same, xs, start);
  expect(distance(got.data, expected.data)).toBeLessThan(1e-15);
});

test("a size that is none is named", () => {
  expect(() => mgu(2, 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: mgu: hidden is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
