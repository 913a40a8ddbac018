import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  compile,
  fromArray,
  input,
  randomKey,
  tensor,
  type Tensor,
  type Value,
  type Values,
} from "@unroll/core";
import { distance, matrix, numbers } from "../../test/numbers.ts";
import { drawStroke, init, strokeDensity, strokeNll, strokesOf } from "../index.ts";

const f64 = { dtype: "f64" } as const;
const M = 3;
const nllOf =
  (components: number) =>
  (outputs: Value, points: Value): Value =>
    strokeNll(strokesOf(outputs, components), points);

/** What the outputs stand for, and Graves' equations 24 and 25, term by term. */
function plainDensity(row: readonly number[], x: number, y: number, components = M): number {
  const part = (i: number): readonly number[] => row.slice(1 + i * components, 1 + (i + 1) * components);
  const [w, mx, my, sx, sy, r] = [0, 1, 2, 3, 4, 5].map(part) as [
    readonly number[],
    readonly number[],
    readonly number[],
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  const total = w.reduce((sum, one) => sum + Math.exp(one), 0);
  return w.reduce((sum, one, j) => {
    const [a, b] = [Math.exp(sx[j]!) + 1e-4, Math.exp(sy[j]!) + 1e-4];
    const rho = Math.tanh(5 * Math.tanh(r[j]! / 5));
    const [zx, zy] = [(x - mx[j]!) / a, (y - my[j]!) / b];
    const z = zx ** 2 + zy ** 2 - 2 * rho * zx * zy;
    const normal = Math.exp(-z / (2 * (1 - rho ** 2))) / (2 * Math.PI * a * b * Math.sqrt(1 - rho ** 2));
    return sum + (Math.exp(one) / total) * normal;
  }, 0);
}

const points = (rows: number, seed: string): Tensor => {
  const offsets = numbers([rows, 2], seed);
  const data = matrix(offsets).flatMap(([x, y], i) => [x!, y!, i % 2]);
  return fromArray({ dtype: "f64", shape: [rows, 3] }, Float64Array.from(data));
};

test("it is minus the logarithm of the mixture's density and of the probability of the end", () => {
  const outputs = numbers([4, 6 * M + 1], "outputs");
  const given = points(4, "points");
  const expected = matrix(given).map(([x, y, end], i) => {
    const row = matrix(outputs)[i]!;
    const p = 1 / (1 + Math.exp(-row[0]!));
    return -Math.log(plainDensity(row, x!, y!)) - Math.log(end === 1 ? p : 1 - p);
  });
  expect(distance(compile(nllOf(M))(outputs, given).data, expected)).toBeLessThan(1e-12);
});

test("the density integrates to 1", () => {
  // Deviations from 0.2 to 1.5, correlations to 0.98, means within 2: a grid of 0.05 to 9.
  const row = [0, 0.3, -1, 0.5, 0, 1.5, -2, 1, -1, 0.2, 0.4, -1, Math.log(0.2), 0.1, 0, -1.2, 2.3, -1.5, 0.4];
  const [steps, h] = [360, 0.05];
  const at = (i: number): number => (i - steps / 2 + 0.5) * h;
  const grid = Float64Array.from({ length: steps * steps * 3 }, (_, i) => {
    const cell = Math.floor(i / 3);
    return i % 3 === 0 ? at(cell % steps) : i % 3 === 1 ? at(Math.floor(cell / steps)) : 0;
  });
  const rows = fromArray(
    { dtype: "f64", shape: [steps * steps, 19] },
    Float64Array.from({ length: steps * steps * 19 }, (_, i) => row[i % 19]!),
  );
  const nll = compile(nllOf(M))(rows, fromArray({ dtype: "f64", shape: [steps * steps, 3] }, grid));
  // Every point is no end of a stroke, whose probability is 1/2.
  const integral = Array.from(nll.data).reduce((sum, loss) => sum + 2 * Math.exp(-loss), 0) * h * h;
  expect(Math.abs(integral - 1)).toBeLessThan(1e-3);
});

test("its gradient is that of differences, to the second order", () => {
  checkGradient(nllOf(M), [numbers([3, 6 * M + 1], "outputs"), points(3, "points")], { order: 2 });
});

test("close to a line, far from it and at the floor it has the digits of the formula", () => {
  // One component: sigma 1e-4 + e^-20, r = 20, a thousand deviations along the line and off it.
  const row = [0, 0, 0, 0, -20, -20, 20];
  const s = Math.exp(-20) + 1e-4;
  const r = 5 * Math.tanh(4);
  const exact = (zx: number, zy: number): number => {
    const q = ((zx + zy) ** 2 * (1 + Math.exp(-2 * r)) + (zx - zy) ** 2 * (1 + Math.exp(2 * r))) / 8;
    return q + Math.log(2 * Math.PI) + 2 * Math.log(s) - Math.log(Math.cosh(r)) + Math.LN2;
  };
  const zs = [
    [1000, 1000],
    [1000, -1000],
    [0, 1000],
    [0, 0],
  ] as const;
  const y = compile(nllOf(1))(
    tensor(
      zs.map(() => row),
      f64,
    ),
    tensor(
      zs.map(([a, b]) => [a * s, b * s, 0]),
      f64,
    ),
  );
  zs.forEach(([a, b], i) => expect(y.data[i]! / exact(a, b)).toBeCloseTo(1, 10));
});

test("the layer is a linear map, and the density of what it puts out", () => {
  const head = strokeDensity(5, 20);
  const p = init(head.params, 1, f64);
  expect([p.w.shape, p.b!.shape]).toEqual([[5, 121], [121]]);
  const run = compile((p: Values<typeof head.params>, h: Value, y: Value) => strokeNll(head.apply(p, h), y));
  checkGradient(
    (p: Values<typeof head.params>, h: Value, y: Value) => strokeNll(head.apply(p, h), y),
    [p, numbers([4, 5], "h"), points(4, "points")],
  );
  expect(run(p, numbers([7, 4, 5], "h"), numbers([7, 4, 3], "y")).shape).toEqual([7, 4]);
});

describe("drawing", () => {
  const rows = 20_000;
  // One component: means 1 and -2, deviations 0.5 and 2, a correlation of 0.6; a third of the points are ends.
  const r = Math.atanh(0.6);
  const row = [-Math.LN2, 0, 1, -2, Math.log(0.5), Math.LN2, 5 * Math.atanh(r / 5)];
  const outputs = fromArray(
    { dtype: "f64", shape: [rows, 7] },
    Float64Array.from({ length: rows * 7 }, (_, i) => row[i % 7]!),
  );
  const draw = compile((key: Value, outputs: Value, bias: Value) =>
    drawStroke(key, strokesOf(outputs, 1, { floor: 0 }), { bias }),
  );

  test.each([0, 0.7])("gives means, deviations, correlation and ends of the density with bias %f", (bias) => {
    const drawn = matrix(draw(randomKey(7), outputs, tensor(bias, f64)));
    const mean = (f: (row: readonly number[]) => number): number =>
      drawn.reduce((sum, row) => sum + f(row), 0) / rows;
    const [sx, sy] = [0.5 / Math.exp(bias), 2 / Math.exp(bias)];
    // Standardized offsets have moments of deviation at most 2 / sqrt(rows).
    const bound = 5 * (2 / Math.sqrt(rows));
    const x = (row: readonly number[]): number => (row[0]! - 1) / sx;
    const y = (row: readonly number[]): number => (row[1]! + 2) / sy;
    expect(Math.abs(mean(x))).toBeLessThan(bound);
    expect(Math.abs(mean(y))).toBeLessThan(bound);
    expect(Math.abs(mean((row) => x(row) ** 2) - 1)).toBeLessThan(bound);
    expect(Math.abs(mean((row) => y(row) ** 2) - 1)).toBeLessThan(bound);
    expect(Math.abs(mean((row) => x(row) * y(row)) - 0.6)).toBeLessThan(bound);
    expect(Math.abs(mean((row) => row[2]!) - 1 / 3)).toBeLessThan(bound);
  });

  test("sharpens the weights by the bias", () => {
    // Weights 1 : 2 become 1 : 2^4.
    const two = [0, 0, Math.LN2, -50, 50, 0, 0, 0, 0, 0, 0, 0, 0];
    const given = fromArray(
      { dtype: "f64", shape: [rows, 13] },
      Float64Array.from({ length: rows * 13 }, (_, i) => two[i % 13]!),
    );
    const run = compile((key: Value, outputs: Value) => drawStroke(key, strokesOf(outputs, 2), { bias: 3 }));
    const share = matrix(run(randomKey(2), given)).filter(([x]) => x! > 0).length / rows;
    expect(Math.abs(share - 16 / 17)).toBeLessThan(5 * Math.sqrt(16 / 17 ** 2 / rows));
  });

  test("is the same for the same key", () => {
    const some = numbers([3, 2, 13], "some");
    const run = compile((key: Value, outputs: Value) => drawStroke(key, strokesOf(outputs, 2)));
    const [a, b, c] = [run(randomKey(1), some), run(randomKey(1), some), run(randomKey(2), some)];
    expect(a.shape).toEqual([3, 2, 3]);
    expect([...a.data]).toEqual([...b.data]);
    expect([...a.data]).not.toEqual([...c.data]);
  });
});

test("what does not fit is named", () => {
  const f = (...shape: number[]) => input({ dtype: "f32", shape }, "ys");
  expect(() => strokesOf(f(4, 120), 20)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: strokesOf: the outputs ys f32[4, 120] end in an axis of 120.
    They are [..., 121].]
  `);
  expect(() => strokeNll(strokesOf(f(4, 121), 20), f(4, 2))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: strokeNll: f32[4, 20] and ys f32[4, 2]: the points are f32[4, 3].
    Losses do not broadcast: say broadcastTo where that is meant.]
  `);
  expect(() => strokeDensity(5, 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: strokeDensity: components is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
