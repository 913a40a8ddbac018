import { floor, mod, round } from "@unroll/core";
import fc from "fast-check";
import { anyInteger, interval, type Domain } from "../arbitraries.ts";
import { elementwiseSample } from "./elementwise.ts";
import { numeric, type Rows } from "./sample.ts";

const noGradient = "it is constant between jumps, and has no vjp on purpose";

const among = (...xs: readonly number[]): Domain => ({
  numbers: (count) => fc.array(fc.constantFrom(...xs), { minLength: count, maxLength: count }),
});

/** Halves and whole numbers, where rounding decides. */
const halves = among(...Array.from({ length: 15 }, (_, i) => (i - 7) / 2));

/** To the nearest whole number, and to the even one of two that are equally near. */
function nearest(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest === 0.5) return below % 2 === 0 ? below : below + 1;
  return rest < 0.5 ? below : below + 1;
}

/** What is left of x, between 0 and y. */
function integerMod(x: number, y: number): number {
  const rest = y === 0 ? 0 : x % y;
  return (rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest) | 0;
}

/** Rows of what makes numbers whole. */
export const rounding: Rows<"floor" | "mod" | "round"> = {
  floor: elementwiseSample(floor, Math.floor, { order: 0, reason: noGradient, roundings: 0 }),
  round: elementwiseSample(round, (x) => (Number.isFinite(x) ? nearest(x) : x), {
    domain: halves,
    order: 0,
    reason: noGradient,
    roundings: 0,
  }),
  // Quotients by powers of two are exact, so both sides agree on how often y goes into x.
  mod: elementwiseSample(mod, (x, y) => x - Math.floor(x / y) * y, {
    dtypes: numeric,
    domain: [
      interval(-4, 4, { avoid: Array.from({ length: 17 }, (_, i) => (i - 8) / 2) }),
      among(0.5, 1, 2, -0.5, -1, -2),
    ],
    integers: { domain: anyInteger, formula: integerMod },
    roundings: 0,
    special: false,
  }),
};
