import type { Skip } from "@unroll/testing/vitest";

/** What the WebAssembly engine cannot. */
export const skip: readonly Skip[] = [
  {
    reason: "beyond 1e5 the argument is reduced with a pi of three parts, which loses digits",
    tests: [
      "sin at the ends of f32",
      "sin at the ends of f64",
      "cos at the ends of f32",
      "cos at the ends of f64",
    ],
  },
];
