import { full } from "@unroll/core";
import { expectIn } from "../expect.ts";
import type { Schedule } from "../rate.ts";

/**
 * The same rate at every step. A number in its place means the same.
 *
 * Throws: UnrollError.
 */
export function constantRate(rate: number): Schedule {
  expectIn("[0, Infinity)", "constantRate", { rate });
  return (step) => full(rate, step.type);
}
