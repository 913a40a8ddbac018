import { native } from "@unroll/native";
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

describe("on one thread", () => engineSuite(() => native(), { skip }));
