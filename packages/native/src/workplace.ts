import type { Memory, Residents } from "@unroll/core/engine";
import type { Crew } from "./crew.ts";
import type { Target } from "./print/target.ts";
import type { Libraries } from "./toolchain/library.ts";

/** What the programs of an engine share. */
export interface Workplace {
  readonly memory: Memory;
  readonly residents: Residents;
  readonly libraries: Libraries;
  readonly target: Target;
  /** The address of what kernels may use while they run, a part for every thread. */
  readonly scratch: number;
  /** Absent: one thread. */
  readonly crew: Crew | undefined;
}
