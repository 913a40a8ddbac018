// What an engine is made of, for packages that bring one: programs and how to read them, the way from a graph to a
// program, and all of an engine that does not know how its kernels are computed.
export { alignment } from "./compiler/alignment.ts";
export { byteSize } from "./tensor/type.ts";
export { isSharedOut, type ThreadCosts } from "./compiler/plan/effort.ts";
export { chooseLanes, type LaneRequest } from "./compiler/choose-lanes.ts";
export { expandKernel } from "./compiler/expand.ts";
export { interpreted } from "./engine/reference/index.ts";
export { plan as planPlainly } from "./engine/reference/plan.ts";
export type { Footprint } from "./engine/memory/footprint.ts";
export { Stopwatch } from "./engine/profile/stopwatch.ts";
export type { Clock, TimedProgram, Times } from "./engine/profile/timed.ts";
export { idleMarks, TimedPair, type PeakLoop } from "./engine/profile/timed-pair.ts";
export { callHost, type HostCall } from "./engine/resident/call-host.ts";
export { guarded } from "./engine/resident/guarded.ts";
export type { Memory } from "./engine/resident/memory.ts";
export { Placement } from "./engine/resident/placement.ts";
export { ProgramMemory, type Layout } from "./engine/resident/program-memory.ts";
export { Regions, sizeFor } from "./engine/resident/regions.ts";
export { Residents } from "./engine/resident/resident.ts";
export { blocks, stripes, type Repeated } from "./compiler/tiling.ts";
export { smallIntegers } from "./engine/wasm/body/small-integers.ts";
export { optimize, type OptimizeRequest } from "./compiler/optimize.ts";
export { identityOf } from "./ir/emit.ts";
export {
  dtypesOf,
  neededFor,
  referencesOf,
  type Binary,
  type Body,
  type Instruction,
  type Reference,
  type Unary,
} from "./ir/instruction.ts";
export {
  dimensionsOfKernel,
  kernelKey,
  writeCount,
  type Combine,
  type ContractKernel,
  type Dimension,
  type Kernel,
  type MapKernel,
  type ReduceKernel,
  type ScatterAddKernel,
} from "./ir/kernel.ts";
export {
  callsOf,
  type Barrier,
  type Call,
  type Host,
  type Loop,
  type Program,
  type Split,
  type Statement,
} from "./ir/program.ts";
export { shareOf, type Share } from "./ir/share.ts";
export type { Buffer, LoopId, View } from "./ir/view.ts";
export { isFloat, sizeOf } from "./tensor/type.ts";
