import { describe, expect, test } from "vitest";
import { expandedBody, runBody } from "../../../test/expanded.ts";
import { erf } from "../../engine/reference/erf.ts";
import { exponent } from "../../engine/reference/float.ts";

// f32, against f64.

const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const { exp, expm1, log, log1p, tanh, sin, cos, pow } = Math;
const unary = { exp, expm1, log, log1p, tanh, sigmoid, erf, sin, cos };

const words = (count: number, word: (i: number) => number): Float32Array =>
  new Float32Array(Uint32Array.from({ length: count }, (_, i) => word(i)).buffer);

/** Numbers of all exponents and both signs, those that are no numbers too. */
const everywhere = words(25_000, (i) => i * 171_799);

/** Numbers next to each other. */
function around(x: number, count = 300): Float32Array {
  const [first] = new Uint32Array(Float32Array.of(x).buffer);
  return words(count, (i) => first! - count / 2 + i);
}

const within = (xs: Float32Array, most: number): Float32Array => xs.filter((x) => Math.abs(x) <= most);

/** Next to multiples of pi / 2 sine or cosine is small, and its relative error may be large. */
const nearRoots = Float32Array.from({ length: 5300 }, (_, i) => (12 * i + (i % 4)) * (Math.PI / 2));
const angles = [...within(everywhere, 1e5), ...Array.from({ length: 5000 }, (_, i) => i * 20), ...nearRoots];

interface Case {
  readonly op: keyof typeof unary;
  readonly bound: number;
  /** Where, of all f32 numbers, the error is largest. */
  readonly worst: readonly number[];
  readonly at?: readonly number[];
}

const cases: readonly Case[] = [
  { op: "exp", bound: 1.2, worst: [-71.0455322, 5.20192909] },
  { op: "expm1", bound: 1.5, worst: [0.350020915, 17.0019722] },
  { op: "log", bound: 0.9, worst: [1.41331851] },
  { op: "log1p", bound: 1.5, worst: [0.423678547] },
  { op: "tanh", bound: 4.2, worst: [0.254299879, 0.125439093, 0.0614022724, 8.5] },
  { op: "sigmoid", bound: 2.5, worst: [-4.1572938, -16.635704] },
  { op: "erf", bound: 2.6, worst: [0.474285573, 0.472853243, 3.8] },
  { op: "sin", bound: 1.6, worst: [2029.99036, 2830.05859, 161 * (Math.PI / 2)], at: angles },
  { op: "cos", bound: 1.6, worst: [12149.5947, 1252.44702, 33_433 * (Math.PI / 2)], at: angles },
];

describe.each(["twice", "once"] as const)("with x y + z rounded %s", (rounding) => {
  test.each(cases)("$op is within $bound ulp", ({ op, bound, worst, at = everywhere }) => {
    const xs = Float32Array.from([...at, ...worst.flatMap((x) => [...around(x)])]);
    const body = expandedBody(["f32"], (s, x) => s[op](x), rounding);
    const got = runBody(body, "f32", [xs]) as Float32Array;
    expect(largest(got, (i) => unary[op](xs[i]!))).toBeLessThan(bound);
  });

  test("pow is within 1.4 ulp, of whole powers of negative numbers too", () => {
    const bases = within(everywhere, 1e38).filter((_, i) => i % 4 === 0);
    const near1 = around(1);
    const xs = Float32Array.from([...bases, ...near1, ...bases]);
    // So that all sizes of results appear; and then whole powers.
    const powers = xs.map((x, i) =>
      i < bases.length + near1.length ? (((i * 89) % 278) - 150) / Math.log2(Math.abs(x)) : (i % 41) - 20,
    );
    const body = expandedBody(["f32", "f32"], (s, x, y) => s.pow(x, y), rounding);
    const got = runBody(body, "f32", [xs, powers]) as Float32Array;
    expect(largest(got, (i) => pow(xs[i]!, powers[i]!))).toBeLessThan(1.4);
  });

  test("tanh and erf never leave their range", () => {
    const xs = Float32Array.from([5, 6, 7, 8, 8.5, 3.7, 3.9].flatMap((x) => [...around(x, 1000)]));
    for (const op of ["tanh", "erf"] as const) {
      const body = expandedBody(["f32"], (s, x) => s[op](x), rounding);
      expect(Math.max(...runBody(body, "f32", [xs]))).toBe(1);
    }
  });
});

describe("beyond 1e5, sine and cosine", () => {
  const xs = Float32Array.of(1.5e5, 1e6, 1e8, 1e12, 1e38);
  test.each(["sin", "cos"] as const)("stay between -1 and 1: %s", (op) => {
    const body = expandedBody(["f32"], (s, x) => s[op](x));
    for (const y of runBody(body, "f32", [xs])) expect(Math.abs(y)).toBeLessThanOrEqual(1);
  });

  test.each(["sin", "cos"] as const)("have the error of an argument with a rounding error: %s", (op) => {
    const angle = Float32Array.from({ length: 2000 }, (_, i) => 1e5 + 457 * i);
    const got = runBody(
      expandedBody(["f32"], (s, x) => s[op](x)),
      "f32",
      [angle],
    );
    angle.forEach((x, i) => {
      expect(Math.abs(got[i]! - unary[op](x))).toBeLessThan(1.01 * 2 ** (exponent(x) - 24) + 2 ** -23);
    });
  });
});

/** The largest error, in units in the last place of an f32. An infinity, 0 or NaN is right or it is not. */
function largest(got: Float32Array, wanted: (i: number) => number): number {
  let most = 0;
  got.forEach((y, i) => {
    const want = wanted(i);
    const isOrdinary = Number.isFinite(Math.fround(want)) && want !== 0;
    const unit = 2 ** Math.max(exponent(want) - 23, -149);
    const off = Object.is(y, Math.fround(want)) ? 0 : Infinity;
    most = Math.max(most, isOrdinary ? Math.abs(y - want) / unit : off);
  });
  return most;
}
