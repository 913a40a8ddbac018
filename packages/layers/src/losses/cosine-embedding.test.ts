import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, gradient, input, sum, tensor, type Value } from "@unroll/core";
import { distance, numbers } from "../../test/numbers.ts";
import { cosineEmbedding } from "../index.ts";

const f64 = { dtype: "f64" } as const;
const run = compile((x: Value, y: Value, alike: Value) => {
  const loss = cosineEmbedding(x, y, alike, { margin: 0.25 });
  return { loss, d: gradient(sum(loss), { x, y }) };
});

test("it is 1 - cos of what is alike, and what the cosine of the rest has above the margin", () => {
  // The cosines are 0.6, 0.6, -1, 1 / sqrt(2).
  const x = tensor(
    [
      [5, 0],
      [5, 0],
      [1, 2],
      [0, 7],
    ],
    f64,
  );
  const y = tensor(
    [
      [3, 4],
      [3, 4],
      [-2, -4],
      [1, 1],
    ],
    f64,
  );
  const { loss } = run(x, y, tensor([true, false, false, true]));
  expect(distance(loss.data, [0.4, 0.35, 0, 1 - Math.SQRT1_2])).toBeLessThan(1e-15);
});

test("a vector of zeros has the cosine 0 and no gradient, and lengths do not matter in f32", () => {
  const { loss, d } = run(
    tensor([
      [0, 0],
      [1e30, 0],
      [1e-30, 0],
    ]),
    tensor([
      [1, 2],
      [3e-30, 4e-30],
      [3e30, 4e30],
    ]),
    tensor([true, true, true]),
  );
  expect(distance(loss.data, [1, 0.4, 0.4])).toBeLessThan(1e-6);
  expect([...d.x.data.slice(0, 2), ...d.y.data.slice(0, 2)].map(Math.abs)).toEqual([0, 0, 0, 0]);
  expect([...d.x.data, ...d.y.data].every(Number.isFinite)).toBe(true);
});

test("its gradient is that of differences", () => {
  const alike = tensor([true, false, true, false]);
  checkGradient(
    (x: Value, y: Value, alike: Value) => cosineEmbedding(x, y, alike, { margin: -2 }),
    [numbers([4, 3], "x"), numbers([4, 3], "y"), alike],
    { order: 2 },
  );
});

test("there is one condition per pair", () => {
  const x = input({ dtype: "f32", shape: [4, 3] }, "x");
  expect(() => cosineEmbedding(x, x, input({ dtype: "bool", shape: [4, 3] }, "alike")))
    .toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: cosineEmbedding: x f32[4, 3] and alike bool[4, 3]: the conditions are bool[4].
    Losses do not broadcast: say broadcastTo where that is meant.]
  `);
  expect(() => cosineEmbedding(x, x, input({ dtype: "f32", shape: [4] }, "alike")))
    .toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: cosineEmbedding: x f32[4, 3] and alike f32[4]: the conditions are bool[4].
    Convert them first: cast(alike, "bool").]
  `);
});
