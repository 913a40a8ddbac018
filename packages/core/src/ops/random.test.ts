import { describe, expect, test } from "vitest";
import { f64, i32, numbers, value } from "../../test/numbers.ts";
import {
  bernoulli,
  categorical,
  constant,
  oneHot,
  randomNormal,
  randomUniform,
  type DType,
  type TensorType,
  type Value,
} from "../index.ts";
import { philox, randomKey } from "../tensor/philox.ts";

const key = (seed: number): Value => constant(randomKey(seed));
const f32 = (...shape: number[]): TensorType => ({ dtype: "f32", shape });
const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
const moment = (xs: readonly number[], n: number): number => mean(xs.map((x) => x ** n));

/** How far a mean of n draws with this variance may lie from its expectation: five standard deviations. */
const tolerance = (variance: number, n: number): number => 5 * Math.sqrt(variance / n);

const many = 20_000;

describe("randomUniform", () => {
  test.each<DType>(["f32", "f64"])(
    "%s numbers lie in [0, 1) with the moments of the distribution",
    (dtype) => {
      const xs = numbers(randomUniform(key(1), { dtype, shape: [many] }));
      expect(xs.every((x) => x >= 0 && x < 1)).toBe(true);
      expect(Math.abs(mean(xs) - 1 / 2)).toBeLessThan(tolerance(1 / 12, many));
      expect(Math.abs(moment(xs, 2) - 1 / 3)).toBeLessThan(tolerance(4 / 45, many));
    },
  );

  test("f32 numbers have 24 bits, f64 numbers 53", () => {
    const scaled = (dtype: DType, bits: number): number[] =>
      numbers(randomUniform(key(1), { dtype, shape: [50] })).map((x) => x * 2 ** bits);
    expect(scaled("f32", 24).every(Number.isInteger)).toBe(true);
    expect(scaled("f64", 53).every(Number.isInteger)).toBe(true);
    expect(scaled("f64", 52).every(Number.isInteger)).toBe(false);
  });

  test("limits scale it", () => {
    const xs = numbers(randomUniform(key(1), { dtype: "f64", shape: [2, 3] }, { low: -2, high: 4 }));
    expect(xs).toEqual(numbers(randomUniform(key(1), { dtype: "f64", shape: [2, 3] })).map((u) => 6 * u - 2));
  });

  test("its first numbers never change", () => {
    expect(numbers(randomUniform(key(1), f32(3)))).toMatchInlineSnapshot(`
      [
        0.8902591466903687,
        0.8946846723556519,
        0.5857259035110474,
      ]
    `);
    expect(numbers(randomUniform(key(1), { dtype: "f64", shape: [3] }))).toMatchInlineSnapshot(`
      [
        0.8902591755547518,
        0.6719982667693939,
        0.8946847131520005,
      ]
    `);
  });

  test("any shape can be drawn", () => {
    expect(randomUniform(key(1), f32(2, 3)).type).toEqual(f32(2, 3));
    expect(numbers(randomUniform(key(1), f32(0)))).toEqual([]);
    expect(numbers(randomUniform(key(1), f32()))).toHaveLength(1);
  });

  test("refuses integers and what is no key", () => {
    expect(() => randomUniform(key(1), { dtype: "i32", shape: [3] })).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: randomUniform: i32[3]: randomUniform draws f32 or f64.
      Draw floats and cast them.]
    `);
    expect(() => randomUniform(i32([1, 2, 3]), f32(3))).toThrowErrorMatchingInlineSnapshot(`
      [KeyError: randomUniform: constant i32[3] is no random key; a key is i32[2].
      Make a key with randomKey(seed), and pass it as an argument of the compiled function.]
    `);
    expect(() => randomUniform(key(1), f32(-1))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: randomUniform: [-1] is no shape.
      Sizes are whole numbers from 0 on.]
    `);
  });
});

describe("randomNormal", () => {
  test.each<DType>(["f32", "f64"])("%s numbers have the moments of the distribution", (dtype) => {
    const xs = numbers(randomNormal(key(2), { dtype, shape: [many] }));
    expect(Math.abs(mean(xs))).toBeLessThan(tolerance(1, many));
    expect(Math.abs(moment(xs, 2) - 1)).toBeLessThan(tolerance(2, many));
    expect(Math.abs(moment(xs, 4) - 3)).toBeLessThan(tolerance(96, many));
    expect(xs.every(Number.isFinite)).toBe(true);
  });

  test("mean and deviation shift and scale it", () => {
    const type: TensorType = { dtype: "f64", shape: [3] };
    const standard = numbers(randomNormal(key(2), type));
    const xs = numbers(randomNormal(key(2), type, { mean: 10, deviation: 2 }));
    expect(xs).toEqual(standard.map((z) => 10 + 2 * z));
  });

  test("makes a number of two uniform ones, as Box and Muller do", () => {
    const [a, b, c, d] = philox([0, 0, 0, 0], [1, 0]).map((word) => (word >>> 8) / 2 ** 24) as [
      number,
      number,
      number,
      number,
    ];
    const z = (u: number, v: number): number => Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
    const drawn = numbers(randomNormal(key(1), f32(2)));
    [z(a, c), z(b, d)].forEach((expected, i) => expect(drawn[i]).toBeCloseTo(expected, 5));
  });
});

describe("bernoulli", () => {
  test("holds with the given probability", () => {
    const xs = numbers(bernoulli(key(3), 0.3, [many]));
    expect(Math.abs(mean(xs) - 0.3)).toBeLessThan(tolerance(0.3 * 0.7, many));
    expect(bernoulli(key(3), 0.3, [2, 3]).type).toEqual({ dtype: "bool", shape: [2, 3] });
  });

  test("0 never holds and 1 always", () => {
    expect(new Set(numbers(bernoulli(key(3), 0, [many])))).toEqual(new Set([0]));
    expect(new Set(numbers(bernoulli(key(3), 1, [many])))).toEqual(new Set([1]));
  });

  test("the probability may be a value that broadcasts, of either precision", () => {
    const xs = numbers(bernoulli(key(3), value([0, 1]), [3, 2]));
    expect(xs).toEqual([0, 1, 0, 1, 0, 1]);
    expect(numbers(bernoulli(key(3), f64(0.5), [50]))).toEqual(numbers(bernoulli(key(3), 0.5, [50])));
  });

  test("refuses a probability that is none or does not fit", () => {
    expect(() => bernoulli(key(3), 1.5, [2])).toThrowErrorMatchingInlineSnapshot(
      `[UnrollError: bernoulli: the probability 1.5 is not between 0 and 1.]`,
    );
    expect(() => bernoulli(key(3), i32(1), [2])).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: bernoulli: constant i32[]: bernoulli is defined on f32, f64.
      Convert it first: cast(x, "f32").]
    `);
    expect(() => bernoulli(key(3), value([0.1, 0.2, 0.3]).name("p"), [2])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: broadcastTo: p f32[3] does not broadcast to [2].]`,
    );
  });
});

describe("categorical", () => {
  test("draws with the probabilities softmax(logits)", () => {
    const logits = value(Array.from({ length: many }, () => [Math.log(0.1), Math.log(0.6), Math.log(0.3)]));
    const drawn = categorical(key(4), logits);
    expect(drawn.type).toEqual({ dtype: "i32", shape: [many] });
    const counts = numbers(oneHot(drawn, 3, "i32"));
    [0.1, 0.6, 0.3].forEach((p, choice) => {
      const share = mean(counts.filter((_, i) => i % 3 === choice));
      expect(Math.abs(share - p)).toBeLessThan(tolerance(p * (1 - p), many));
    });
  });

  test("never draws what has the logit -Infinity", () => {
    const logits = value(Array.from({ length: many }, () => [-Infinity, 0, -Infinity, -50]));
    expect(new Set(numbers(categorical(key(4), logits)))).toEqual(new Set([1]));
  });

  test("refuses logits without choices", () => {
    expect(() => categorical(key(4), value(1).name("logits"))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: categorical: logits f32[] has no choices along its last axis.]`,
    );
    expect(() => categorical(key(4), i32([1, 2]))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: categorical: constant i32[2]: categorical is defined on f32, f64.
      Convert it first: cast(x, "f32").]
    `);
  });
});
