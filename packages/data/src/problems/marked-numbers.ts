import { fromArray } from "@unroll/core";
import type { Batches } from "../batches.ts";
import { between, drawn, type ProblemOptions } from "./problem.ts";

/** Options of a problem of two marked numbers. */
export interface MarkedNumbersOptions extends ProblemOptions {
  /** Steps of a sequence: T. */
  readonly length: number;
  /** `"f32"` by default. */
  readonly dtype?: "f32" | "f64";
}

/** Steps from the first on, below the second. */
export type Stretch = readonly [first: number, end: number];

/** What is asked of two numbers, one marked in each of two stretches of the sequence. */
export interface MarkedNumbers {
  /** The fewest steps that have both stretches. */
  readonly least: number;
  stretches(length: number): readonly [Stretch, Stretch];
  combine(a: number, b: number): number;
}

/** x [T, B, 2] holds uniform numbers and markers, y [B, 1] what the marked ones combine to. */
export function markedNumbers(
  op: string,
  { length, dtype = "f32", ...options }: MarkedNumbersOptions,
  { least, stretches, combine }: MarkedNumbers,
): Batches {
  const { batch } = options;
  const Numbers = dtype === "f32" ? Float32Array : Float64Array;
  return drawn(op, options, { length: [length, least] }, (random) => {
    const x = new Numbers(length * batch * 2);
    const y = new Numbers(batch);
    for (let b = 0; b < batch; b++) {
      const at = (t: number): number => (t * batch + b) * 2;
      for (let t = 0; t < length; t++) x[at(t)] = random.uniform();
      const marked = stretches(length).map(([first, end]) => between(random, first, end));
      for (const t of marked) x[at(t) + 1] = 1;
      y[b] = combine(x[at(marked[0]!)]!, x[at(marked[1]!)]!);
    }
    return {
      x: fromArray({ dtype, shape: [length, batch, 2] }, x),
      y: fromArray({ dtype, shape: [batch, 1] }, y),
    };
  });
}
