import { describe, expect, test } from "vitest";
import { exact, ulpsOff, type Exact } from "../../../test/exact.ts";
import { expandedBody, runBody, type Rounding } from "../../../test/expanded.ts";

// f64, against integer arithmetic with 200 binary digits.

/** Numbers that fill an interval evenly; with another multiplier, independently of each other. */
const spread = (count: number, from: number, to: number, multiplier = (Math.sqrt(5) - 1) / 2): number[] =>
  Array.from({ length: count }, (_, i) => from + (((i + 1) * multiplier) % 1) * (to - from));

/** Numbers of one sign of all sizes between two powers of two. */
const sizes = (count: number, least: number, most: number, sign: number): number[] =>
  spread(count, least, most, Math.SQRT2).map(
    (exponent) => sign * 2 ** (exponent % 1) * 2 ** Math.trunc(exponent),
  );

const mixed = (from: number, to: number): number[] => [
  ...spread(300, from, to),
  ...(to > 0 ? sizes(200, -40, Math.log2(to), 1) : []),
  ...(from < 0 ? sizes(200, -40, Math.log2(-from), -1) : []),
];

/** The numbers next to multiples of pi / 2: sine or cosine is small, and its relative error may be large. */
const nearRoots = spread(300, 1, 63_000).map((n) => Math.round(n) * (Math.PI / 2));

interface Case {
  readonly op: Exclude<keyof typeof exact, "pow">;
  readonly bound: number;
  readonly at: readonly number[];
}

const cases: readonly Case[] = [
  { op: "exp", bound: 1.2, at: [...mixed(-1, 1), ...spread(400, -745, 709.7), ...spread(200, -745, -708)] },
  { op: "expm1", bound: 2, at: [...mixed(-1, 1), ...spread(400, -40, 709.7)] },
  { op: "log", bound: 0.9, at: [...mixed(0.5, 2), ...sizes(400, -1073, 1023, 1), 5e-324] },
  { op: "log1p", bound: 1.5, at: [...mixed(-0.999, 1), ...sizes(400, -50, 1023, 1), 2 ** -53 - 1] },
  { op: "tanh", bound: 2.6, at: mixed(-1, 1).concat(mixed(-20, 20)) },
  { op: "sigmoid", bound: 2.4, at: [...mixed(-3, 3), ...spread(400, -745, 40)] },
  { op: "erf", bound: 1.7, at: [...mixed(-1, 1), ...spread(400, -6, 6)] },
  { op: "sin", bound: 1.6, at: [...mixed(-10, 10), ...spread(400, -1e5, 1e5), ...nearRoots] },
  { op: "cos", bound: 1.6, at: [...mixed(-10, 10), ...spread(400, -1e5, 1e5), ...nearRoots] },
];

describe.each(["twice", "once"] as const)("with x y + z rounded %s", (rounding) => {
  test.each(cases)("$op is within $bound ulp", ({ op, bound, at }) => {
    expect(worst(op, [at], rounding, exact[op])).toBeLessThan(bound);
  });

  test("pow is within 1.4 ulp", () => {
    const bases = [...sizes(800, -1070, 1020, 1), ...sizes(400, -50, -2, 1).map((x) => 1 - x)];
    // So that all sizes of results appear.
    const powers = spread(bases.length, -1070, 1020, Math.sqrt(3)).map((e, i) => e / Math.log2(bases[i]!));
    expect(worst("pow", [bases, powers], rounding, exact.pow)).toBeLessThan(1.4);
  });
});

const measured = new Map<string, readonly Exact[]>();

/** The largest error of a function at some points, in ulp. */
function worst(
  op: keyof typeof exact,
  columns: readonly (readonly number[])[],
  rounding: Rounding,
  f: (x: number, y: number) => Exact,
): number {
  const dtypes = columns.map(() => "f64" as const);
  const body = expandedBody(dtypes, (s, x, y) => (op === "pow" ? s.pow(x, y) : s[op](x)), rounding);
  const wanted = measured.get(op) ?? columns[0]!.map((x, i) => f(x, columns[1]?.[i] ?? 0));
  measured.set(op, wanted);
  const got = runBody(
    body,
    "f64",
    columns.map((column) => Float64Array.from(column)),
  );
  return Math.max(...[...got].map((y, i) => ulpsOff(y, wanted[i]!)));
}
