import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, tanh, type Value, type Values } from "@unroll/core";
import { distance, matrix, numbers } from "../../test/numbers.ts";
import { highway, init } from "../index.ts";

const layer = highway(3, { activation: tanh });
type P = Values<typeof layer.params>;
const given = { w: numbers([3, 6], "w"), b: numbers([6], "b") };
const xs = numbers([4, 3], "xs");

test("a gate mixes the candidate and x", () => {
  const y = compile((p: P, x: Value) => layer.apply(p, x))(given, xs);
  const w = matrix(given.w);
  const expected = matrix(xs).flatMap((x) => {
    const z = (column: number): number =>
      x.reduce((sum, xi, i) => sum + xi * w[i]![column]!, given.b.data[column]!);
    return x.map((xj, j) => {
      const t = 1 / (1 + Math.exp(-z(3 + j)));
      return t * Math.tanh(z(j)) + (1 - t) * xj;
    });
  });
  expect(distance(y.data, expected)).toBeLessThan(1e-14 * 4);
});

test("the candidate is rectified by default", () => {
  const y = compile((p: P, x: Value) => highway(3).apply(p, x))(given, xs);
  const w = matrix(given.w);
  const [row] = matrix(xs);
  const z = (column: number): number =>
    row!.reduce((sum, xi, i) => sum + xi * w[i]![column]!, given.b.data[column]!);
  const expected = row!.map((xj, j) => {
    const t = 1 / (1 + Math.exp(-z(3 + j)));
    return t * Math.max(0, z(j)) + (1 - t) * xj;
  });
  expect(distance(y.data.slice(0, 3), expected)).toBeLessThan(1e-14 * 4);
});

test("gates start almost shut, and candidates without a bias", () => {
  expect([...init(highway(2).params, 1).b.data]).toEqual([0, 0, -1, -1]);
  expect([...init(highway(2, { gateBias: -3 }).params, 1).b.data]).toEqual([0, 0, -3, -3]);
});

test("fifty layers whose gates are shut are almost nothing", () => {
  const shut = highway(3, { gateBias: -30 });
  const deep = compile((p: P, x: Value) => {
    let y = x;
    for (let i = 0; i < 50; i++) y = shut.apply(p, y);
    return y;
  });
  expect(distance(deep(init(shut.params, 1, { dtype: "f64" }), xs).data, xs.data)).toBeLessThan(1e-10);
});

test("its gradient is that of differences", () => {
  checkGradient((p: P, x: Value) => layer.apply(p, x), [given, xs], { order: 2 });
});

test("sizes that are none are refused", () => {
  expect(() => highway(0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: highway: size is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
