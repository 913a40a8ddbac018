import { describe, expect, test } from "vitest";
import type { DType } from "../../tensor/type.ts";
import { emitMap } from "../../ir/emit.ts";
import type { Expr, Scalar } from "../../ir/scalar.ts";
import { filled, run, viewOf } from "../../../test/views.ts";

/** What an instruction gives for each row of operands, all of one dtype. */
function apply(
  dtype: DType,
  f: (s: Scalar, ...xs: Expr[]) => Expr,
  rows: readonly (readonly number[])[],
  to: DType = dtype,
): number[] {
  const reads = rows[0]!.map(() => viewOf(dtype, [rows.length]));
  const write = viewOf(to, [rows.length]);
  const arrays = new Map([...reads, write].map((view) => [view.buffer, filled(view)]));
  reads.forEach(({ buffer }, i) => rows.forEach((row, at) => (arrays.get(buffer)![at] = row[i]!)));
  run(emitMap({ reads, writes: [write], body: (s, xs) => [f(s, ...xs)] }), arrays);
  return [...arrays.get(write.buffer)!];
}

const column = (...xs: number[]): number[][] => xs.map((x) => [x]);
const { fround } = Math;
const [least, most] = [-(2 ** 31), 2 ** 31 - 1];
const numbers = [0, -0, 1, -1, 0.1, 2.5, -1e10, 1e-40, 1e-320, Infinity, -Infinity, NaN];
const pairs = numbers.flatMap((x) => numbers.map((y) => [x, y]));

describe.each(["f32", "f64"] as const)("on %s", (dtype) => {
  /** Operands are of the dtype, and so are results. */
  const round = dtype === "f32" ? fround : (x: number): number => x;

  test.each([
    ["negate", (x: number) => -1 * x],
    ["abs", (x: number) => (x < 0 ? -x : x + 0)],
    ["sqrt", Math.sqrt],
    ["sin", Math.sin],
    ["cos", Math.cos],
    ["exp", Math.exp],
    ["expm1", Math.expm1],
    ["log", Math.log],
    ["log1p", Math.log1p],
    ["tanh", Math.tanh],
  ] as const)("%s", (op, f) => {
    const xs = [...numbers, 0.5, -0.5, 3, 20];
    expect(apply(dtype, (s, x) => s[op](x), column(...xs))).toEqual(xs.map((x) => round(f(round(x)))));
  });

  test("floor goes down", () => {
    const xs = column(0.5, -0.5, 1.5, -1.5, 2, -0, -Infinity, NaN);
    expect(apply(dtype, (s, x) => s.floor(x), xs)).toEqual([0, -1, 1, -2, 2, -0, -Infinity, NaN]);
  });

  test("nearest rounds halves to even", () => {
    expect(apply(dtype, (s, x) => s.nearest(x), column(0.5, 1.5, 2.5, -2.5, -0.25))).toEqual([
      0, 2, 2, -2, -0,
    ]);
  });

  test("sigmoid is accurate on both sides and never overflows", () => {
    const y = apply(
      dtype,
      (s, x) => s.sigmoid(x),
      column(0, 1, -1, -40, 40, -1000, 1000, Infinity, -Infinity, NaN),
    );
    const expected = [
      0.5,
      1 / (1 + Math.exp(-1)),
      Math.exp(-1) / (1 + Math.exp(-1)),
      Math.exp(-40),
      1,
      0,
      1,
      1,
      0,
      NaN,
    ];
    y.forEach((value, i) => {
      if (Number.isNaN(expected[i]!)) expect(value).toBeNaN();
      else
        expect(Math.abs(value - round(expected[i]!))).toBeLessThanOrEqual(
          Math.abs(expected[i]!) * 2 ** (dtype === "f32" ? -23 : -51),
        );
    });
  });

  test.each([
    ["add", (x: number, y: number) => x + y],
    ["subtract", (x: number, y: number) => x - y],
    ["multiply", (x: number, y: number) => x * y],
    ["divide", (x: number, y: number) => x / y],
  ] as const)("%s is the exact result, rounded", (op, f) => {
    const rounded = pairs.map((pair) => pair.map(round) as [number, number]);
    expect(apply(dtype, (s, x, y) => s[op](x, y), pairs)).toEqual(rounded.map(([x, y]) => round(f(x, y))));
  });

  test("min and max are NaN if either is, and tell zeros apart", () => {
    const rows = [
      [1, 2],
      [NaN, 1],
      [1, NaN],
      [-0, 0],
      [0, -0],
      [-Infinity, Infinity],
    ];
    expect(apply(dtype, (s, x, y) => s.min(x, y), rows)).toEqual([1, NaN, NaN, -0, -0, -Infinity]);
    expect(apply(dtype, (s, x, y) => s.max(x, y), rows)).toEqual([2, NaN, NaN, 0, 0, Infinity]);
  });

  test("comparisons with NaN are false, and zeros are equal", () => {
    const rows = [
      [1, 2],
      [2, 2],
      [3, 2],
      [NaN, NaN],
      [1, NaN],
      [-0, 0],
    ];
    expect(apply(dtype, (s, x, y) => s.equal(x, y), rows, "bool")).toEqual([0, 1, 0, 0, 0, 1]);
    expect(apply(dtype, (s, x, y) => s.less(x, y), rows, "bool")).toEqual([1, 0, 0, 0, 0, 0]);
    expect(apply(dtype, (s, x, y) => s.lessEqual(x, y), rows, "bool")).toEqual([1, 1, 0, 0, 0, 1]);
  });

  test("pow: anything to the 0 is 1, negative numbers have whole powers only", () => {
    const rows = [
      [2, 10],
      [NaN, 0],
      [0, 0],
      [-2, 3],
      [-2, -2],
      [-8, 1 / 3],
      [0, -1],
      [-0, -1],
      [2, 0.5],
      [4, -0.5],
    ];
    expect(apply(dtype, (s, x, y) => s.pow(x, y), rows)).toEqual([
      1024,
      1,
      1,
      -8,
      0.25,
      NaN,
      Infinity,
      -Infinity,
      round(Math.SQRT2),
      0.5,
    ]);
  });

  test("exponent and scale take numbers apart and put them together, subnormal ones too", () => {
    const tiny = dtype === "f32" ? 2 ** -149 : 2 ** -1074;
    const xs = column(1, -0.75, 12, tiny, 3 * tiny);
    const bottom = Math.log2(tiny);
    expect(apply(dtype, (s, x) => s.exponent(x), xs, "i32")).toEqual([0, -1, 3, bottom, bottom + 1]);
    expect(apply(dtype, (s, x) => s.scale(x, s.exponent(x)), column(3, 0.25))).toEqual([6, 0.0625]);
    expect(apply(dtype, (s, x) => s.scale(x, s.constant("i32", bottom)), column(1, 1.5, 0.5, -1))).toEqual([
      tiny,
      2 * tiny,
      0,
      -tiny,
    ]);
    expect(apply(dtype, (s, x) => s.scale(x, s.constant("i32", 5000)), column(1, -1, 0))).toEqual([
      Infinity,
      -Infinity,
      0,
    ]);
  });

  test("casts to i32 truncate and saturate, to bool ask for other than 0", () => {
    const xs = column(1.9, -1.9, 0.5, 3e9, -3e9, Infinity, -Infinity, NaN, -0);
    expect(apply(dtype, (s, x) => s.cast(x, "i32"), xs, "i32")).toEqual([
      1,
      -1,
      0,
      most,
      least,
      most,
      least,
      0,
      0,
    ]);
    expect(apply(dtype, (s, x) => s.cast(x, "bool"), xs, "bool")).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0]);
  });

  test("every intermediate is rounded", () => {
    const far = dtype === "f32" ? 2 ** 24 : 2 ** 53;
    const one = (s: Scalar): Expr => s.constant(dtype, 1);
    expect(apply(dtype, (s, x) => s.subtract(s.add(x, one(s)), x), column(far))).toEqual([0]);
  });
});

describe("on i32", () => {
  const whole = [0, 1, -1, 7, -7, 65537, -123456789, least, most];
  const pairs = whole.flatMap((x) => whole.map((y) => [x, y] as const));
  const wrap = (x: bigint): number => Number(BigInt.asIntN(32, x));
  const unsigned = (x: number): bigint => BigInt.asUintN(32, BigInt(x));

  test.each([
    ["add", (x: bigint, y: bigint) => x + y],
    ["subtract", (x: bigint, y: bigint) => x - y],
    ["multiply", (x: bigint, y: bigint) => x * y],
    ["divide", (x: bigint, y: bigint) => (y === 0n ? 0n : x / y)],
    ["remainder", (x: bigint, y: bigint) => (y === 0n ? 0n : x % y)],
    ["min", (x: bigint, y: bigint) => (x < y ? x : y)],
    ["max", (x: bigint, y: bigint) => (x > y ? x : y)],
    ["and", (x: bigint, y: bigint) => x & y],
    ["or", (x: bigint, y: bigint) => x | y],
    ["xor", (x: bigint, y: bigint) => x ^ y],
    ["shiftLeft", (x: bigint, y: bigint) => x << (y & 31n)],
    ["shiftRight", (x: bigint, y: bigint) => x >> (y & 31n)],
    ["shiftRightUnsigned", (x: bigint, y: bigint) => BigInt.asUintN(32, x) >> (y & 31n)],
  ] as const)("%s wraps", (op, f) => {
    const expected = pairs.map(([x, y]) => wrap(f(BigInt(x), BigInt(y))));
    const got = apply("i32", (s, x, y) => s[op](x, y), pairs);
    expect(got).toEqual(expected);
  });

  test("multiplyHighUnsigned gives the upper half of the product", () => {
    const expected = pairs.map(([x, y]) => wrap((unsigned(x) * unsigned(y)) >> 32n));
    expect(apply("i32", (s, x, y) => s.multiplyHighUnsigned(x, y), pairs)).toEqual(expected);
  });

  test("negate, abs and not wrap", () => {
    expect(apply("i32", (s, x) => s.negate(x), column(0, 5, -5, least))).toEqual([0, -5, 5, least]);
    expect(apply("i32", (s, x) => s.abs(x), column(0, 5, -5, least))).toEqual([0, 5, 5, least]);
    expect(apply("i32", (s, x) => s.not(x), column(0, 5, -1))).toEqual([-1, -6, 0]);
  });

  test("casts to floats round", () => {
    expect(apply("i32", (s, x) => s.cast(x, "f32"), column(16777217, -1), "f32")).toEqual([16777216, -1]);
    expect(apply("i32", (s, x) => s.cast(x, "f64"), column(most), "f64")).toEqual([most]);
    expect(apply("i32", (s, x) => s.cast(x, "bool"), column(0, 2, -1), "bool")).toEqual([0, 1, 1]);
  });
});

describe("on bool", () => {
  const rows = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ];

  test.each([
    ["and", [0, 0, 0, 1]],
    ["or", [0, 1, 1, 1]],
    ["xor", [0, 1, 1, 0]],
    ["equal", [1, 0, 0, 1]],
    ["min", [0, 0, 0, 1]],
    ["max", [0, 1, 1, 1]],
  ] as const)("%s", (op, expected) => {
    expect(apply("bool", (s, x, y) => s[op](x, y), rows)).toEqual(expected);
  });

  test("not stays a bool", () => expect(apply("bool", (s, x) => s.not(x), column(0, 1))).toEqual([1, 0]));

  test("select takes one of two", () => {
    const choose = (s: Scalar, x?: Expr): Expr => s.select(x!, s.constant("f32", 7), s.constant("f32", NaN));
    expect(apply("bool", choose, column(1, 0), "f32")).toEqual([7, NaN]);
  });

  test("casts to numbers are 0 and 1", () => {
    expect(apply("bool", (s, x) => s.cast(x, "f32"), column(0, 1), "f32")).toEqual([0, 1]);
    expect(apply("bool", (s, x) => s.cast(x, "i32"), column(0, 1), "i32")).toEqual([0, 1]);
  });
});
