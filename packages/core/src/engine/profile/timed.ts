import type { Tensor } from "../../tensor/tensor.ts";

/** Milliseconds since some time, and parts of them. */
export type Clock = () => number;

/** What one run took, in milliseconds. */
export interface Times {
  /** Of every call, all turns of its loops together and one mark for each of them included; see `callsOf`. */
  readonly calls: readonly number[];
  /** Of all statements without a mark in between. */
  readonly whole: number;
}

/** A program that says how long its calls take. */
export interface TimedProgram {
  /** How many threads run it where nothing is marked. What is marked runs on one. Default: 1. */
  readonly threads?: number;
  /** Run it twice, with marks and without. What it is given stays as it is, and what it gives is thrown away. */
  run(inputs: readonly Tensor[]): Times;
  /** What a mark takes by itself, measured anew. */
  overhead(): number;
  /** Billions of operations per second of a thread that only multiplies and adds, measured anew. Absent: unknown. */
  peak?(dtype: "f32" | "f64"): number;
}
