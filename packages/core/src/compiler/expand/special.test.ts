import { describe, expect, test } from "vitest";
import { expandedBody, runBody } from "../../../test/expanded.ts";
import { allocate } from "../../tensor/type.ts";

// What Math gives for special values, to the sign of 0.

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const unary = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  tanh: Math.tanh,
  sigmoid,
  sin: Math.sin,
  cos: Math.cos,
  // Beyond these it is what it is at them.
  erf: (x: number): number => (Math.abs(x) > 6 ? Math.sign(x) : x === 0 ? x : NaN),
} as const;

const ends = [0, -0, Infinity, -Infinity, NaN];
const specials: Readonly<Record<keyof typeof unary, readonly number[]>> = {
  exp: [...ends, 1000, -1000, 1e38, -1e38],
  expm1: [...ends, 1000, -1000, 1e38, -1e38, 1e-40, -1e-40],
  log: [...ends, 1, -1, -1e-40, -1e38],
  log1p: [...ends, -1, -1.5, -1e38, 1e-40, -1e-40],
  tanh: [...ends, 40, -40, 1e38, -1e38, 1e-40, -1e-40],
  sigmoid: [...ends, 1000, -1000, 1e38, -1e38],
  erf: [...ends, 7, -7, 1e38, -1e38],
  sin: [...ends, 1e-40, -1e-40],
  cos: [...ends, 1e-40],
};

const fractions = [0.5, 1.5, 2.5, 1e-30, 1e-40];
const whole = [1, 2, 3, 4, 7, 2 ** 24, 2 ** 24 - 1, 2 ** 53 - 1, 1e30];
const sizes = [0, ...fractions, ...whole, 1 + 2 ** -23, 1 - 2 ** -24, 1e10, 3e38, Infinity];
const powers = [...sizes, ...sizes.map((x) => -x), NaN];

describe.each(["f32", "f64"] as const)("of %s", (dtype) => {
  const of = (xs: readonly number[]) => allocate(dtype, xs.length).map((_, i) => xs[i]!);

  describe.each(["twice", "once"] as const)("with x y + z rounded %s", (rounding) => {
    test.each(Object.keys(unary) as (keyof typeof unary)[])("%s", (op) => {
      const xs = of(specials[op]);
      const body = expandedBody([dtype], (s, x) => s[op](x), rounding);
      expect(runBody(body, dtype, [xs])).toEqual(xs.map(unary[op]));
    });

    test("pow of all pairs that are 0, infinite, NaN or undefined", () => {
      const pairs = powers.flatMap((x) => powers.map((y) => [x, y] as const));
      const [xs, ys] = [of(pairs.map(([x]) => x)), of(pairs.map(([, y]) => y))];
      const body = expandedBody([dtype, dtype], (s, x, y) => s.pow(x, y), rounding);
      const got = runBody(body, dtype, [xs, ys]);
      const wanted = xs.map((x, i) => x ** ys[i]!);
      const wrong = pairs.flatMap((_, i) => {
        const [g, w] = [got[i]!, wanted[i]!];
        const isSpecial = w === 0 || !Number.isFinite(w) || Math.abs(w) === 1;
        const isRight = isSpecial ? Object.is(g, w) : Math.abs(g / w - 1) < 1e-6 || Math.abs(w) < 1e-37;
        return isRight ? [] : [`${xs[i]} ^ ${ys[i]} is ${w}, and not ${g}`];
      });
      expect(wrong).toEqual([]);
    });
  });

  test("tanh, erf and sigmoid never leave their ranges", () => {
    const xs = of(Array.from({ length: 4000 }, (_, i) => i / 90));
    for (const op of ["tanh", "erf", "sigmoid"] as const) {
      for (const rounding of ["twice", "once"] as const) {
        const body = expandedBody([dtype], (s, x) => s[op](x), rounding);
        expect(Math.max(...runBody(body, dtype, [xs]))).toBe(1);
      }
    }
  });
});
