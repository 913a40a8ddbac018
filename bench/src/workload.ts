import type { CompileOptions, Profile, ProfileOptions } from "@unroll/core";

/** Something whose speed is quoted. */
export interface Workload {
  readonly about: string;
  /**
   * Multiply-adds of a step, times two: the fewest products that give its results, however they are arranged.
   */
  readonly flops?: number;
  /** Characters that a step reads or writes. */
  readonly characters?: number;
  /** Steps of time within a step. */
  readonly length?: number;
  /** Everything up to the first step, as a user of the packages would write it. */
  prepare(options: CompileOptions): Prepared;
}

/** A workload that is ready to be repeated. */
export interface Prepared {
  /** One step. What a user would read of its results is read. */
  step(): void;
  /** A number of what the last step computed. */
  result(): number;
  /** Where the time of a step goes. */
  profile(options?: ProfileOptions): Profile;
  dispose(): void;
}
