import type { Init } from "@unroll/core";

/** The biases of gates side by side: `bias` for one of `count` gates, 0 for the others. */
export const onGate =
  (gate: number, count: number, bias: number): Init =>
  ([size = 0]) =>
    Float64Array.from({ length: size }, (_, i) => (Math.floor((count * i) / size) === gate ? bias : 0));
