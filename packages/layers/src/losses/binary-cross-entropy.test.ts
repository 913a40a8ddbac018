import { checkGradient } from "@unroll/testing";
import { expect, test } from "vitest";
import { compile, gradient, input, sum, tensor, type Value } from "@unroll/core";
import { distance, numbers } from "../../test/numbers.ts";
import { binaryCrossEntropy } from "../index.ts";

const f64 = { dtype: "f64" } as const;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const run = compile((x: Value, t: Value) => {
  const loss = binaryCrossEntropy(x, t);
  return { loss, dx: gradient(sum(loss), x) };
});

test("it is minus the logarithm of the probability of each target", () => {
  const [xs, ts] = [
    [-2, -0.5, 0, 1, 3],
    [0, 1, 0.5, 1, 0.25],
  ] as const;
  const { loss, dx } = run(tensor(xs, f64), tensor(ts, f64));
  const expected = xs.map((x, i) => -ts[i]! * Math.log(sigmoid(x)) - (1 - ts[i]!) * Math.log(1 - sigmoid(x)));
  expect(distance(loss.data, expected)).toBeLessThan(1e-14);
  expect(
    distance(
      dx.data,
      xs.map((x, i) => sigmoid(x) - ts[i]!),
    ),
  ).toBeLessThan(1e-15);
});

test("far out neither tail overflows, nor loses its digits", () => {
  const { loss, dx } = run(tensor([1e4, 1e4, -1e4, 40, -40], f64), tensor([1, 0, 1, 1, 0], f64));
  expect([...loss.data]).toEqual([0, 1e4, 1e4, Math.log1p(Math.exp(-40)), Math.log1p(Math.exp(-40))]);
  // e^-40 to the last digits: 1 - sigmoid(40) would be 0.
  expect(dx.data[3]! / -Math.exp(-40)).toBeCloseTo(1, 14);
  expect([...dx.data].slice(0, 3)).toEqual([0, 1, -1]);
});

test("the weight of positives multiplies their part", () => {
  const y = compile((x: Value, t: Value) => binaryCrossEntropy(x, t, { positiveWeight: 3 }));
  const loss = y(tensor([0.3, 0.3], f64), tensor([1, 0], f64));
  expect(distance(loss.data, [-3 * Math.log(sigmoid(0.3)), -Math.log(1 - sigmoid(0.3))])).toBeLessThan(1e-14);
});

test("its gradient is that of differences, to the second order, by the targets too", () => {
  const given = [numbers([3, 4], "x"), numbers([3, 4], "t", 0.3)] as const;
  checkGradient((x: Value, t: Value) => binaryCrossEntropy(x, t, { positiveWeight: 2 }), given, { order: 2 });
});

test("truth values are to be cast, and a weight is no negative number", () => {
  const x = input({ dtype: "f32", shape: [3] }, "logits");
  expect(() => binaryCrossEntropy(x, input({ dtype: "bool", shape: [3] }, "keys")))
    .toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: binaryCrossEntropy: logits f32[3] and keys bool[3]: the targets are f32[3].
    Convert them first: cast(keys, "f32").]
  `);
  expect(() => binaryCrossEntropy(x, x, { positiveWeight: NaN })).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: binaryCrossEntropy: the weight is NaN.
    It is a number from 0 on.]
  `);
});
