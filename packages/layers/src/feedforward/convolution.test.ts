import { checkGradient } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { compile, flatten, tensor, type Tensor, type Value, type Values } from "@unroll/core";
import { distance, nested, numbers } from "../../test/numbers.ts";
import { convolution1d, convolution2d, glorot, he, init, linear } from "../index.ts";

describe("along time", () => {
  const layer = convolution1d(3, 2, 3, { axis: 0, padding: [2, 0] });
  type P = Values<typeof layer.params>;
  const given = { w: numbers([3, 3, 2], "w"), b: numbers([2], "b") };
  const xs = numbers([5, 2, 3], "xs");

  test("step t sees itself and the two before it", () => {
    const ys = compile((p: P, x: Value) => layer.apply(p, x))(given, xs);
    const [x, w, b] = [
      nested(xs) as number[][][],
      nested(given.w) as number[][][],
      nested(given.b) as number[],
    ];
    const expected = x.flatMap((rows, t) =>
      rows.flatMap((_, row) =>
        b.map((bias, o) => {
          let sum = bias;
          w.forEach((slice, k) =>
            slice.forEach((line, c) => (sum += (x[t - 2 + k]?.[row]![c] ?? 0) * line[o]!)),
          );
          return sum;
        }),
      ),
    );
    expect(ys.shape).toEqual([5, 2, 2]);
    expect(distance(ys.data, expected)).toBeLessThan(1e-13);
  });

  test("its gradient is that of differences", () => {
    checkGradient((p: P, x: Value) => layer.apply(p, x), [given, xs], { order: 2 });
  });
});

describe("of images", () => {
  const layer = convolution2d(2, 4, [3, 2], { padding: "same", stride: 2, groups: 2 });
  type P = Values<typeof layer.params>;
  const given = { w: numbers([3, 2, 1, 4], "w"), b: numbers([4], "b") };
  const image = numbers([2, 5, 4, 2], "image");

  test("every group of channels has kernels of its own", () => {
    const y = compile((p: P, x: Value) => layer.apply(p, x))(given, image);
    const x = nested(image) as number[][][][];
    const w = nested(given.w) as number[][][][];
    const expected: number[] = [];
    for (let n = 0; n < 2; n++)
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 2; j++)
          for (let o = 0; o < 4; o++) {
            let sum = given.b.data[o]!;
            // Of "same", three rows of stride 2 need one row above and one below, and two columns none.
            for (let p = 0; p < 3; p++)
              for (let q = 0; q < 2; q++)
                sum += (x[n]![2 * i + p - 1]?.[2 * j + q]![o < 2 ? 0 : 1] ?? 0) * w[p]![q]![0]![o]!;
            expected.push(sum);
          }
    expect(y.shape).toEqual([2, 3, 2, 4]);
    expect(distance(y.data, expected)).toBeLessThan(1e-13);
  });

  test("with a kernel of one place it is a linear layer", () => {
    const [conv, flat] = [convolution2d(3, 4, 1), linear(3, 4)];
    const p = { w: numbers([3, 4], "w"), b: numbers([4], "b") };
    const x = numbers([2, 3, 3, 3], "x");
    const y = compile((p: Values<typeof conv.params>, x: Value) => conv.apply(p, x))(
      { ...p, w: tensor(p.w.data, { shape: [1, 1, 3, 4] }) },
      x,
    );
    const expected = compile((p: Values<typeof flat.params>, x: Value) => flat.apply(p, x))(p, x);
    expect(distance(y.data, expected.data)).toBeLessThan(1e-14);
  });

  test("its gradient is that of differences", () => {
    checkGradient((p: P, x: Value) => layer.apply(p, x), [given, image], { order: 2 });
  });
});

test("first numbers are uniform on 1 / sqrt(n), n being what a unit reads", () => {
  const p = init(convolution2d(16, 32, 5, { groups: 2 }).params, 1);
  for (const { leaf } of flatten(p)) {
    const most = Math.max(...(leaf as Tensor).data.map(Math.abs));
    expect(most).toBeLessThanOrEqual(Math.fround(1 / Math.sqrt(8 * 25)));
    expect(most).toBeGreaterThan(0.9 / Math.sqrt(8 * 25));
  }
});

test("He's and Glorot's numbers count the places of a filter", () => {
  const { w } = init(convolution2d(16, 64, 3, { init: he(), bias: false }).params, 1);
  const [variance, expected] = [[...w.data].reduce((sum, x) => sum + x * x, 0) / w.data.length, 2 / (9 * 16)];
  expect(Math.abs(variance - expected)).toBeLessThan(5 * Math.sqrt(2 / w.data.length) * expected);
  const most = Math.max(...init(convolution2d(16, 64, 3, { init: glorot(), bias: false }).params, 1).w.data);
  const limit = Math.sqrt(6 / (9 * (16 + 64)));
  expect([most <= Math.fround(limit), most > 0.99 * limit]).toEqual([true, true]);
});

test("the bias is an option", () => {
  expect(flatten(convolution1d(2, 3, 3, { bias: false }).params).map(({ path }) => path)).toEqual(["w"]);
});

test("sizes that are none are refused, and groups that do not divide", () => {
  expect(() => convolution1d(2, 3, 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: convolution1d: size is 0.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => convolution2d(2, 3, [3, 1.5])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: convolution2d: width is 1.5.
    Sizes are whole numbers from 1 on.]
  `);
  expect(() => convolution2d(2, 3, 3, { groups: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: convolution2d: 2 groups do not divide 2 inputs and 3 outputs.]`,
  );
});
