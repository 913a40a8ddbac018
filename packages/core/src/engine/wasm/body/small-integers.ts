import { referencesOf, type Body, type Reference } from "../../../ir/instruction.ts";

/** Sums and shifts of exponents. */
const passing: ReadonlySet<string> = new Set(["add", "subtract", "negate", "shiftRight"]);

/**
 * Casts of whole floats to i32 that do nothing but scale: their results are exponents, and what is not an exponent of a
 * normal number scales to anything, so it need not be told apart, let alone saturated.
 */
export function smallIntegers(body: Body, results: readonly Reference[]): ReadonlySet<Reference> {
  const scalesOnly = body.map((_, at) => !results.includes(at));
  for (let at = body.length - 1; at >= 0; at--) {
    const i = body[at]!;
    const passes = passing.has(i.op) && scalesOnly[at]!;
    for (const x of referencesOf(i)) {
      if (!passes && !(i.op === "scale" && x === i.n && x !== i.x)) scalesOnly[x] = false;
    }
  }
  const isWhole = (x: Reference): boolean => body[x]!.op === "nearest" || body[x]!.op === "floor";
  return new Set(
    body.flatMap((i, at) =>
      i.op === "cast" && i.to === "i32" && isWhole(i.x) && scalesOnly[at]! ? [at] : [],
    ),
  );
}
