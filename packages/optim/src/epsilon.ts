import { add, mul, sqrt, type Value } from "@unroll/core";

/** Which root epsilon is added to: that of the mean square after its bias is taken out, or before. */
export type EpsilonPlace = "unbiased" | "biased";

/** The root of a moving mean square without its bias, which `unbiased` takes out, plus epsilon in either place. */
export function deviation(meanSquare: Value, unbiased: Value, epsilon: number, place: EpsilonPlace): Value {
  return place === "unbiased"
    ? add(sqrt(mul(meanSquare, unbiased)), epsilon)
    : mul(add(sqrt(meanSquare), epsilon), sqrt(unbiased));
}
