import type { Tensor } from "../tensor/tensor.ts";
import type { Checks, Donation, Program } from "../ir/program.ts";
import type { Graph } from "../graph/graph.ts";
import type { Footprint } from "./memory/footprint.ts";
import type { Clock, TimedProgram } from "./profile/timed.ts";

/** Turns graphs into programs, and programs into something that runs. */
export interface Engine {
  readonly name: string;
  /** What a run looks for when nobody says. */
  readonly checks: Checks;
  /** Passes and lowering, for this engine. Throws UnsupportedError naming what it lacks. */
  plan(graph: Graph, options: PlanOptions): Program;
  /** All other expensive work happens here. */
  load(program: Program): Executable;
  /** A copy of a tensor in the engine's memory. */
  store(tensor: Tensor): Tensor;
  /** Give all memory back. Programs and stored tensors can't be used afterwards. */
  dispose(): void;
}

export interface PlanOptions {
  readonly checks: Checks;
  /**
   * Inputs that nobody reads after the run, each with the output of its type that may take its place. An engine that
   * makes use of it returns a tensor in the input's memory.
   */
  readonly donated?: readonly Donation[];
}

/** A program that is ready to run, any number of times. */
export interface Executable {
  /**
   * Inputs and outputs in the order of the program. The caller has checked the types. Outputs are tensors that the next
   * run leaves alone: the first `resident` of them stay in the engine's memory until they are retired, the others are
   * JavaScript's. A resident output that is the input at the same place, unchanged, is that tensor; so may be one that
   * is written over it, if the caller says that nobody has `seen` the tensor.
   *
   * Throws: IndexError and NonFiniteError, when the program was planned with checks.
   */
  run(inputs: readonly Tensor[], resident?: number, seen?: readonly boolean[]): readonly Tensor[];
  /** The program once more, with a clock between its calls. Absent: the engine takes no times. */
  timed?(clock: Clock): TimedProgram;
  /** What it has of the engine's memory. Absent: the engine does not say. */
  footprint?(): Footprint;
  dispose(): void;
}
