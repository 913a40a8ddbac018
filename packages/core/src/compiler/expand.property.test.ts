import fc from "fast-check";
import { expect, test } from "vitest";
import { roundedOnce, runBody } from "../../test/expanded.ts";
import { exponent } from "../engine/reference/float.ts";
import { dtypesOf, referencesOf } from "../ir/instruction.ts";
import { Scalar, type Expr } from "../ir/scalar.ts";
import type { Results } from "../ir/space.ts";
import { expand } from "./expand.ts";

const named = ["exp", "expm1", "log", "log1p", "tanh", "sigmoid", "erf", "sin", "cos"] as const;
const names: ReadonlySet<string> = new Set([...named, "pow"]);

/** More than any function is off, and half a unit that the reference engine is. */
const bound = 5;

/** Which instruction, and which scalars it takes. */
const step = fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat());

/** A function, or an instruction that rounds nothing: between those, errors neither grow nor vanish. */
function push(s: Scalar, [op, a, b, c]: readonly number[], exact: readonly Expr[], all: Expr[]): Expr {
  const from = (xs: readonly Expr[], at: number): Expr => xs[at % xs.length]!;
  const simple = [
    () => s.negate(from(all, a!)),
    () => s.abs(from(all, a!)),
    () => s.min(from(all, a!), from(all, b!)),
    () => s.max(from(all, a!), from(all, b!)),
    () => s.select(s.less(from(exact, a!), from(exact, b!)), from(all, b!), from(all, c!)),
    () => s.pow(from(exact, a!), from(exact, b!)),
    () => s.pow(from(exact, a!), s.constant(exact[0]!.dtype, (b! % 13) / 2 - 3)),
    ...named.map((name) => () => s[name](from(exact, a!))),
  ];
  return simple[op! % simple.length]!();
}

/** A body of functions of exact scalars, and the exact instructions around them. */
function bodyOf(dtype: "f32" | "f64", steps: readonly (readonly number[])[], result: number): Results {
  const s = new Scalar();
  const exact = [s.read(0, dtype), s.read(1, dtype), s.constant(dtype, 0.75)];
  exact.push(s.negate(exact[0]!), s.max(exact[0]!, exact[1]!));
  const all = [...exact];
  for (const chosen of steps) all.push(push(s, chosen, exact, all));
  return { body: s.body, results: [all.at(-1 - (result % steps.length))!.at] };
}

const number = fc.oneof(
  fc.double({ min: -1e5, max: 1e5 }),
  fc.double({ min: -3, max: 3 }),
  fc.constantFrom(0, -0, 1, -1, 2, Infinity, -Infinity, NaN),
);
const rows = fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 60 });

test.each(["f32", "f64"] as const)(
  "any expanded body gives what it gave, with simple instructions: %s",
  (dtype) => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 12 }),
        fc.nat(),
        rows,
        (steps, result, points) => {
          const body = bodyOf(dtype, steps, result);
          const expanded = expand(body, [dtype, dtype]);
          expect(expanded.body.some(({ op }) => names.has(op))).toBe(false);
          expect(expanded.body.every((i, at) => referencesOf(i).every((x) => x < at))).toBe(true);
          expect(dtypesOf(expanded.body, [dtype, dtype])[expanded.results[0]!]).toBe(dtype);
          const of = dtype === "f32" ? Float32Array : Float64Array;
          const columns = [0, 1]
            .map((k) => Float64Array.from(points, (point) => point[k]!))
            .map((xs) => of.from(xs));
          const wanted = runBody(body, dtype, columns);
          for (const rounding of [expanded, roundedOnce(expanded, [dtype, dtype])]) {
            const got = runBody(rounding, dtype, columns);
            wanted.forEach((y, i) => expect(off(got[i]!, y, dtype)).toBeLessThan(bound));
          }
        },
      ),
    );
  },
);

/** By how many units in the last place one number is off another; infinities, zeros and NaN are so or not. */
function off(got: number, wanted: number, dtype: "f32" | "f64"): number {
  if (Object.is(got, wanted)) return 0;
  const unit =
    2 ** (dtype === "f32" ? Math.max(exponent(wanted) - 23, -149) : Math.max(exponent(wanted) - 52, -1074));
  // A result may be rounded to the largest number on one side and to Infinity on the other.
  const most = dtype === "f32" ? 2 ** 128 : 2 ** 1023;
  const [a, b] = [got, wanted].map((x) => (Math.abs(x) === Infinity ? Math.sign(x) * most : x));
  return wanted === 0 ? Math.abs(got) / 2 ** (dtype === "f32" ? -149 : -1074) : Math.abs(a! - b!) / unit;
}
