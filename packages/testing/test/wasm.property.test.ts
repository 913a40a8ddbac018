import { wasm } from "@unroll/core/wasm";
import { engineSuite, type Skip } from "@unroll/testing/vitest";
import { describe } from "vitest";

const skip: readonly Skip[] = [
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

describe("with multiply-adds as the host has them", () => engineSuite(() => wasm(), { skip }));
describe("with separate roundings", () => engineSuite(() => wasm({ relaxed: false }), { skip }));
