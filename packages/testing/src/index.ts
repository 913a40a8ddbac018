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
export { widen, widenTensor } from "./widen.ts";
