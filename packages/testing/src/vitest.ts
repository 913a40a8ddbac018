/**
 * Matchers for vitest, which importing this installs, and the suite for engines.
 *
 *     import "@unroll/testing/vitest";
 *
 *     expect(f(x)).toBeCloseToTensor([1, 2, 3]);
 *     expect((x: Value) => tanh(x)).toHaveCorrectGradient(x);
 */
import { Tensor, UnrollError, type Numbers } from "@unroll/core";
import { expect } from "vitest";
import { checkGradient } from "./check-gradient.ts";
import { describeDifference, type Tolerance } from "./closeness.ts";

export { engineSuite, type Skip } from "./engine-suite.ts";

interface TensorMatchers<R> {
  /**
   * The type of the expected tensor, and its numbers up to rounding: by default that of 16 operations in the dtype,
   * relative to each element. Nested arrays are taken to be of the actual tensor's dtype.
   */
  toBeCloseToTensor(expected: Tensor | Numbers, tolerance?: Tolerance): R;
  /** For a graph function: its gradient at these arguments is its slope, as `checkGradient` measures it. */
  toHaveCorrectGradient(...inputs: readonly unknown[]): R;
}

declare module "vitest" {
  // Vitest's own interface has these parameters, and declarations of one interface must have the same.
  // oxlint-disable-next-line eslint/no-unused-vars
  interface Matchers<
    R extends void | Promise<void> = void | Promise<void>,
    T = unknown,
  > extends TensorMatchers<R> {}
}

expect.extend({
  toBeCloseToTensor(actual: unknown, expected: Tensor | Numbers, tolerance?: Tolerance) {
    if (!(actual instanceof Tensor)) {
      return { pass: false, message: () => `toBeCloseToTensor: expected a Tensor, got ${typeof actual}.` };
    }
    const difference = describeDifference(actual, expected, tolerance);
    return {
      pass: difference === undefined,
      message: () => `toBeCloseToTensor: ${difference ?? "the tensors are close and should not be"}.`,
    };
  },
  toHaveCorrectGradient(f: unknown, ...inputs: readonly unknown[]) {
    const wrong = wrongGradient(f as (...args: unknown[]) => unknown, inputs);
    return {
      pass: wrong === undefined,
      message: () => wrong ?? "toHaveCorrectGradient: it is correct and should not be.",
    };
  },
});

/** What is wrong with a gradient. What keeps the check from being made at all is thrown. */
function wrongGradient(f: (...args: unknown[]) => unknown, inputs: readonly unknown[]): string | undefined {
  try {
    // `Tensors<unknown>` holds nothing: types of arguments are those of `f`, which a matcher does not see.
    checkGradient(f, inputs as readonly never[]);
    return undefined;
  } catch (error) {
    if (error instanceof UnrollError) return error.message;
    throw error;
  }
}
