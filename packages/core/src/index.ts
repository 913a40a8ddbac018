// The public names of core, and nothing else.
export {
  DTypeError,
  FormatError,
  GradientError,
  IndexError,
  InternalError,
  KeyError,
  NonFiniteError,
  ScopeError,
  ShapeError,
  StaleError,
  TreeError,
  UnrollError,
  UnsupportedError,
  type NonFinite,
  type RunningStep,
} from "./tensor/error.ts";
export { hostRandom, randomKey, type Random } from "./tensor/philox.ts";
export { ravel, type Raveled } from "./tensor/ravel.ts";
export {
  decode,
  decodeAll,
  encode,
  type Decoded,
  type DecodedAll,
  type Metadata,
} from "./tensor/safetensors.ts";
export { formatTensor, fromArray, tensor, Tensor, type Numbers, type Storage } from "./tensor/tensor.ts";
export { flatten, sameTree, unflatten, type Leaf } from "./tensor/tree.ts";
export { formatType, type DType, type Shape, type TensorType, type TypedArray } from "./tensor/type.ts";
export type { Body, Expr, Instruction, Scalar } from "./ir/scalar.ts";
export { costOf, type Cost } from "./ir/cost.ts";
export type { Kernel } from "./ir/kernel.ts";
export type { Checks, HostFunction, Origin, Program } from "./ir/program.ts";
export type { View } from "./ir/view.ts";
export { countNodes, graph, input, nodesOf, rewrite, type Graph } from "./graph/graph.ts";
export {
  applyOp,
  isValue,
  Value,
  type Cotangents,
  type Lower,
  type Lowering,
  type Node,
  type Op,
} from "./graph/node.ts";
export { label } from "./graph/label.ts";
export { print, toDot } from "./graph/print.ts";
export { captureSource } from "./graph/source.ts";
export {
  leaves,
  mapTree,
  type Init,
  type MapTree,
  type NoExtraKeys,
  type ParamSpec,
  type StateInit,
  type StateSpec,
  type Tensors,
  type TreeOf,
  type Tuple,
  type Values,
} from "./graph/spec.ts";
export * from "./ops/index.ts";
/** The ops by name, as one type: `@unroll/testing` demands a row of samples for each. */
export type * as ops from "./ops/index.ts";
export {
  elementwise,
  type BinaryFunction,
  type ElementwiseRule,
  type Operand,
  type UnaryFunction,
} from "./ops/elementwise.ts";
export { gradient } from "./autodiff/gradient.ts";
export { jvp } from "./autodiff/jvp.ts";
export { pullback } from "./autodiff/pullback.ts";
export { cumsum } from "./scan/cumsum.ts";
export { partsOf, type Parts, type ScanAttrs } from "./scan/layout.ts";
export { scan, type ScanOptions } from "./scan/scan.ts";
export { compile, copy, evaluate, type Compiled } from "./engine/compile.ts";
export type { CompileOptions } from "./engine/compiled.ts";
export type { Engine, Executable, PlanOptions } from "./engine/engine.ts";
export { explainGraph as explain, stages, type Stage } from "./engine/explain.ts";
export { MemoryUse, type BufferUse, type Purpose } from "./engine/memory/memory-use.ts";
export type { EngineFootprint, Footprint } from "./engine/memory/footprint.ts";
export {
  Profile,
  type ProfiledCall,
  type ProfiledLoop,
  type ProfiledStatement,
  type ProfileOptions,
} from "./engine/profile/profile.ts";
export type { Clock, TimedProgram, Times } from "./engine/profile/timed.ts";
export { reference } from "./engine/reference/index.ts";
export { stateful, type Stateful, type StepArguments } from "./engine/stateful.ts";
export { probed, type Probe, type Probed } from "./engine/probed.ts";
export { trace } from "./engine/trace.ts";
export { watch } from "./engine/watch.ts";
