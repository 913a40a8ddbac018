export {
  anyInteger,
  arbitraryBroadcast,
  arbitraryShape,
  arbitraryTensor,
  arbitraryTensors,
  arbitraryTree,
  distinct,
  integers,
  interval,
  oneOf,
  tensorOf,
  truthValues,
  type Domain,
  type ShapeBounds,
  type Tree,
} from "./arbitraries.ts";
export { arbitraryGraph, type ArbitraryGraphOptions, type RandomGraph } from "./arbitrary-graph.ts";
export {
  checkGradient,
  checkGraphGradient,
  GradientMismatchError,
  GradientUnclearError,
  type CheckGradientOptions,
  type GradientComparison,
} from "./check-gradient.ts";
export { describeDifference, type Tolerance } from "./closeness.ts";
export { differentiate, measureNoise, type Difference, type Precision } from "./difference.ts";
export { samples } from "./samples/index.ts";
export { graphOf, type Case, type IllegalCall, type OpName, type Sample } from "./samples/sample.ts";
export type { NumberArray } from "./samples/number-array.ts";
export type { TensorsFor } from "./trace.ts";
export { widen, widenTensor } from "./widen.ts";
