// What an engine is made of, for packages that bring one: programs and how to read them, the way from a graph to a
// program, and all of an engine that does not know how its kernels are computed.
export { byteSize } from "./compiler/byte-size.ts";
export { expandKernel } from "./compiler/expand.ts";
export { smallIntegers } from "./engine/wasm/body/small-integers.ts";
export { optimize, type OptimizeRequest } from "./compiler/optimize.ts";
export { identityOf } from "./ir/emit.ts";
export {
  dtypesOf,
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
export type { Barrier, Call, Host, Loop, Program, Split, Statement } from "./ir/program.ts";
export { shareOf, type Share } from "./ir/share.ts";
export type { Buffer, LoopId, View } from "./ir/view.ts";
export { isFloat, sizeOf } from "./tensor/type.ts";
