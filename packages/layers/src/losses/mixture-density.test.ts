import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  compile,
  fromArray,
  gradient,
  input,
  randomKey,
  sum,
  tensor,
  type Value,
  type Values,
} from "@unroll/core";
import { distance, matrix, numbers } from "../../test/numbers.ts";
import { drawMixture, init, mixtureDensity, mixtureNll, mixtureOf } from "../index.ts";

const f64 = { dtype: "f64" } as const;
const [M, n] = [3, 2];
const outputs = numbers([4, M * (1 + 2 * n)], "outputs");
const x = numbers([4, n], "x");
const nll = (outputs: Value, x: Value): Value => mixtureNll(mixtureOf(outputs, n, M), x);

const normal = (x: number, m: number, s: number): number =>
  Math.exp(-0.5 * ((x - m) / s) ** 2) / (s * Math.sqrt(2 * Math.PI));

/** The density, term by term. */
function density(row: readonly number[], x: readonly number[]): number {
  const weights = row.slice(0, M).map(Math.exp);
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.reduce((sum, w, j) => {
    const factors = x.map((one, k) =>
      normal(one, row[M + j * n + k]!, Math.exp(row[M + M * n + j * n + k]!) + 1e-4),
    );
    return sum + (w / total) * factors.reduce((a, b) => a * b);
  }, 0);
}

test("it is minus the logarithm of a weighted sum of products of normal densities", () => {
  const expected = matrix(outputs).map((row, i) => -Math.log(density(row, matrix(x)[i]!)));
  expect(distance(compile(nll)(outputs, x).data, expected)).toBeLessThan(1e-13);
});

test("its gradient is that of differences, to the second order", () => {
  checkGradient(nll, [outputs, x], { order: 2 });
});

test("the layer is a linear map, and the density of what it puts out", () => {
  const head = mixtureDensity(5, n, M);
  const p = init(head.params, 1, f64);
  expect([p.w.shape, p.b!.shape]).toEqual([[5, 15], [15]]);
  const h = numbers([7, 4, 5], "h");
  const run = compile((p: Values<typeof head.params>, h: Value) => head.apply(p, h));
  const { logWeights, means, logDeviations } = run(p, h);
  expect([logWeights.shape, means.shape, logDeviations.shape]).toEqual([
    [7, 4, 3],
    [7, 4, 3, 2],
    [7, 4, 3, 2],
  ]);
});

test("in f32 loss and gradient are finite for outputs and vectors of any size", () => {
  const run = compile((outputs: Value, x: Value) => {
    const loss = mixtureNll(mixtureOf(outputs, 1, 2), x);
    return { loss, d: gradient(sum(loss), { outputs, x }) };
  });
  const extremes = [0, 1, -1e4, 1e4, -1e30, 1e30];
  const rows = extremes.flatMap((a) => extremes.flatMap((b) => extremes.map((c) => [b, a, c, a, b, c])));
  const { loss, d } = run(tensor(rows), tensor(rows.map(([, b]) => [b === 0 ? 1e30 : 0])));
  for (const { data } of [loss, d.outputs, d.x]) expect(data.every(Number.isFinite)).toBe(true);
});

test("far away the gradient still points to the nearest mean", () => {
  // Two components of deviation 1, at 0 and at 10; x is a thousand deviations away.
  const run = compile((x: Value, outputs: Value) => {
    const loss = mixtureNll(mixtureOf(outputs, 1, 2, { floor: 0 }), x);
    return { loss, dx: gradient(sum(loss), x) };
  });
  const { loss, dx } = run(tensor([[1000]], f64), tensor([[0, 0, 0, 10, 0, 0]], f64));
  expect(dx.data[0]).toBeCloseTo(990, 10);
  expect(loss.data[0]).toBeCloseTo(990 ** 2 / 2 + 0.5 * Math.log(2 * Math.PI) + Math.LN2, 8);
});

describe("drawing", () => {
  const rows = 20_000;
  /** Weights 0.25 and 0.75, means -2 and 3, deviations 0.5 and 1. */
  const row = [0, Math.log(3), -2, 3, Math.log(0.5), 0];
  const outputs = fromArray(
    { dtype: "f64", shape: [rows, 6] },
    Float64Array.from({ length: rows * 6 }, (_, i) => row[i % 6]!),
  );
  const draw = (bias: number): readonly number[] => {
    const run = compile((key: Value, outputs: Value) =>
      drawMixture(key, mixtureOf(outputs, 1, 2, { floor: 0 }), { bias }),
    );
    return [...run(randomKey(3), outputs).data];
  };
  const moments = (xs: readonly number[]): readonly [number, number] => {
    const mean = xs.reduce((sum, one) => sum + one, 0) / xs.length;
    return [mean, xs.reduce((sum, one) => sum + (one - mean) ** 2, 0) / xs.length];
  };

  /** Mean and variance of a mixture of two, and of how much the mean of `rows` draws is off. */
  test.each([0, 1])("gives the moments of the mixture with bias %i", (bias) => {
    const w = 3 ** (1 + bias) / (1 + 3 ** (1 + bias));
    const [a, b] = [0.5 / Math.exp(bias), 1 / Math.exp(bias)];
    const mean = (1 - w) * -2 + w * 3;
    const second = (1 - w) * (4 + a * a) + w * (9 + b * b);
    const [m, v] = moments(draw(bias));
    const variance = second - mean ** 2;
    // A mean of so many has this deviation; five of them are not seen. Squares are below 49 with few exceptions.
    expect(Math.abs(m - mean)).toBeLessThan(5 * Math.sqrt(variance / rows));
    expect(Math.abs(v - variance)).toBeLessThan(5 * Math.sqrt((49 * variance) / rows));
  });

  test("takes a bias per row", () => {
    const run = compile((key: Value, outputs: Value, bias: Value) =>
      drawMixture(key, mixtureOf(outputs, 1, 2), { bias }),
    );
    const some = tensor([row, row], f64);
    const y = run(randomKey(1), some, tensor([[0], [50]], f64));
    // With so much bias the likelier mean is drawn, and nothing beside it.
    expect(y.data[1]).toBeCloseTo(3, 12);
    expect(y.data[0]).not.toBeCloseTo(3, 3);
  });

  test("has a gradient by means and deviations", () => {
    const key = randomKey(5);
    checkGradient(
      (outputs: Value, key: Value) => drawMixture(key, mixtureOf(outputs, n, M)),
      [numbers([4, M * (1 + 2 * n)], "outputs"), key],
    );
  });
});

test("what does not fit is named", () => {
  const f = (...shape: number[]) => input({ dtype: "f32", shape }, "ys");
  expect(() => mixtureOf(f(4, 14), 2, 3)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: mixtureOf: the outputs ys f32[4, 14] end in an axis of 14.
    They are [..., 15].]
  `);
  expect(() => mixtureOf(f(4, 15), 2, 3, { floor: -1 })).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: mixtureOf: the floor is -1.
    It is a number from 0 on.]
  `);
  expect(() => mixtureNll(mixtureOf(f(4, 15), 2, 3), f(4, 3))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: mixtureNll: f32[4, 3] and ys f32[4, 3]: the vectors are f32[4, 2].
    Losses do not broadcast: say broadcastTo where that is meant.]
  `);
  expect(() => mixtureDensity(5, 0, 3)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: mixtureDensity: size is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
