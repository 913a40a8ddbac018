import { add, cast, greaterEqual, mul, pow, type Value } from "@unroll/core";
import { expectCount, expectIn, expectRising } from "../expect.ts";
import type { Schedule } from "../rate.ts";
import { exponential } from "./exponential.ts";

/** What makes a rate that falls by steps of one length. */
export interface StepDecayOptions {
  /** The rate to start from. */
  readonly rate: number;
  /** How many steps the rate stays as it is. */
  readonly every: number;
  /** What it is multiplied by then. Default: 0.1. */
  readonly factor?: number;
}

/**
 * A rate that falls to a tenth every so many steps.
 *
 * Throws: UnrollError.
 */
export function stepDecay({ rate, every, factor = 0.1 }: StepDecayOptions): Schedule {
  expectIn("[0, Infinity)", "stepDecay", { rate });
  expectIn("(0, 1]", "stepDecay", { factor });
  expectCount("stepDecay", { every });
  return exponential({ rate, decay: factor, every });
}

/** What makes a rate that falls at given steps. */
export interface MultiStepOptions {
  /** The rate to start from. */
  readonly rate: number;
  /** The first steps with a new rate, each later than the one before. */
  readonly at: readonly number[];
  /** What the rate is multiplied by at each. Default: 0.1. */
  readonly factor?: number;
}

/**
 * A rate that falls to a tenth at each of some steps.
 *
 * Throws: UnrollError.
 *
 *     multiStep({ rate: 0.1, at: [30_000, 60_000] });
 */
export function multiStep({ rate, at, factor = 0.1 }: MultiStepOptions): Schedule {
  expectIn("[0, Infinity)", "multiStep", { rate });
  expectIn("(0, 1]", "multiStep", { factor });
  expectRising("multiStep", "at", at);
  return (step) => {
    const passed = at.map((n): Value => cast(greaterEqual(step, n), step.type.dtype));
    return mul(
      rate,
      pow(
        factor,
        passed.reduce((a, b) => add(a, b)),
      ),
    );
  };
}
