import { expect, test } from "vitest";
import { fromArray, relu } from "@unroll/core";
import { distance, numbers } from "../../test/numbers.ts";
import { run } from "../../test/outputs.ts";
import { average } from "../../test/plain-vectors.ts";
import { indRnn, init, rnn } from "../index.ts";

const [T, B, I, H] = [5, 2, 3, 4];

test("it is rnn with a diagonal recurrent matrix", () => {
  const cell = indRnn(I, H);
  const p = init(cell.params, 1, { dtype: "f64" });
  const diagonal = Float64Array.from({ length: H * H }, (_, i) =>
    i % (H + 1) === 0 ? p.u.data[i / (H + 1)]! : 0,
  );
  const wh = fromArray({ dtype: "f64", shape: [H, H] }, diagonal);
  const [xs, start] = [numbers([T, B, I], "xs"), { h: numbers([B, H], "h") }];
  const [, got] = run(cell, p, xs, start);
  const [, expected] = run(rnn(I, H, { activation: relu }), { wx: p.wx, wh, b: p.b }, xs, start);
  expect(Math.max(...got.data)).toBeGreaterThan(0);
  expect(distance(got.data, expected.data)).toBeLessThan(1e-14);
});

test("what a unit hears of itself starts between 0 and 1", () => {
  const { u } = init(indRnn(2, 1000).params, 1);
  expect(Math.min(...u.data)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...u.data)).toBeLessThan(1);
  // The mean of 1,000 uniform numbers has a deviation of 0.29 / sqrt(1,000) = 0.0091.
  expect(Math.abs(average([...u.data]) - 0.5)).toBeLessThan(0.05);
});

test("a size that is none is named", () => {
  expect(() => indRnn(2, 1.5)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: indRnn: hidden is 1.5.
    Sizes are whole numbers from 1 on.]
  `);
});
