import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, input, tensor, type Value } from "@unroll/core";
import { matrix, numbers } from "../../test/numbers.ts";
import { gaussianKl } from "../index.ts";

const given = ["mp", "vp", "mq", "vq"].map((name) => numbers([2, 3], name));
const [mp, vp, mq, vq] = given as [
  (typeof given)[0],
  (typeof given)[0],
  (typeof given)[0],
  (typeof given)[0],
];

/** The integral of p log(p / q) over a fine grid. */
function integral(m: number, v: number, n: number, w: number): number {
  const log = (x: number, mean: number, logVariance: number): number =>
    -0.5 * (Math.log(2 * Math.PI) + logVariance + (x - mean) ** 2 / Math.exp(logVariance));
  const [width, steps] = [12 * Math.exp(v / 2), 4000];
  const h = (2 * width) / steps;
  return Array.from({ length: steps }, (_, i) => m - width + (i + 0.5) * h).reduce(
    (sum, x) => sum + h * Math.exp(log(x, m, v)) * (log(x, m, v) - log(x, n, w)),
    0,
  );
}

test("it is the integral of p log(p / q), added up over the components", () => {
  const run = compile((mp: Value, vp: Value, mq: Value, vq: Value) => [
    gaussianKl({ mean: mp, logVariance: vp }),
    gaussianKl({ mean: mp, logVariance: vp }, { mean: mq, logVariance: vq }),
  ]);
  const [standard, between] = run(mp, vp, mq, vq);
  matrix(mp).forEach((means, row) => {
    const of = (other: (k: number) => readonly [number, number]): number =>
      means.reduce((sum, m, k) => sum + integral(m, matrix(vp)[row]![k]!, ...other(k)), 0);
    expect(standard!.data[row]).toBeCloseTo(
      of(() => [0, 0]),
      10,
    );
    expect(between!.data[row]).toBeCloseTo(
      of((k) => [matrix(mq)[row]![k]!, matrix(vq)[row]![k]!]),
      10,
    );
  });
});

test("close to the prior it keeps its digits", () => {
  const kl = compile((mean: Value, logVariance: Value) => gaussianKl({ mean, logVariance }));
  const x = 1e-6;
  const y = kl(tensor([[0]], { dtype: "f64" }), tensor([[x]], { dtype: "f64" })).data[0]!;
  // The series of (e^x - 1 - x) / 2; what rounding of e^x - 1 leaves is 1e-22.
  expect(Math.abs(y - (x ** 2 / 4 + x ** 3 / 12))).toBeLessThan(2e-22);
});

test("its gradient is that of differences", () => {
  checkGradient(
    (mp: Value, vp: Value, mq: Value, vq: Value) => [
      gaussianKl({ mean: mp, logVariance: vp }),
      gaussianKl({ mean: mp, logVariance: vp }, { mean: mq, logVariance: vq }),
    ],
    [mp, vp, mq, vq],
    { order: 2 },
  );
});

test("means and variances have one type", () => {
  const f = (...shape: number[]) => input({ dtype: "f32", shape });
  expect(() => gaussianKl({ mean: f(5, 3), logVariance: f(5, 1) })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: gaussianKl: f32[5, 3] and f32[5, 1]: the log-variances are f32[5, 3].
    Losses do not broadcast: say broadcastTo where that is meant.]
  `);
});
