// The public names of optim, and nothing else.
export { applyUpdates, chain, type Transform } from "./transform.ts";
export { descent, type DescentRule, type LeafRule, type Remembered } from "./descent.ts";
export type { EpsilonPlace } from "./epsilon.ts";
export type { Memory } from "./memory.ts";
export type { PathTest } from "./paths.ts";
export type { Rate, Schedule } from "./rate.ts";
export { withLeaf } from "./with-leaf.ts";

export { adadelta, type AdadeltaOptions } from "./first-order/adadelta.ts";
export { adafactor, type AdafactorOptions } from "./first-order/adafactor.ts";
export { adagrad, type AdagradOptions } from "./first-order/adagrad.ts";
export { adam, adamw, type AdamOptions, type AdamwOptions } from "./first-order/adam.ts";
export { adamax, type AdamaxOptions } from "./first-order/adamax.ts";
export { asgd, type AsgdOptions } from "./first-order/asgd.ts";
export { lamb, type LambOptions } from "./first-order/lamb.ts";
export { lion, type LionOptions } from "./first-order/lion.ts";
export { lookahead, type LookaheadOptions } from "./first-order/lookahead.ts";
export { nadam, type NadamOptions } from "./first-order/nadam.ts";
export { radam, type RadamOptions } from "./first-order/radam.ts";
export { rmsprop, type RmspropOptions } from "./first-order/rmsprop.ts";
export { rprop, type RpropOptions } from "./first-order/rprop.ts";
export { sgd, type SgdOptions } from "./first-order/sgd.ts";

export { accumulate } from "./transforms/accumulate.ts";
export { clipAdaptive, type ClipAdaptiveOptions } from "./transforms/clip-adaptive.ts";
export { clipLeafNorm } from "./transforms/clip-leaf-norm.ts";
export { clipNorm, clipValue } from "./transforms/clip.ts";
export { ema, type EmaOptions } from "./transforms/ema.ts";
export { gradientNoise, type GradientNoiseOptions } from "./transforms/gradient-noise.ts";
export { lossScaling, scaleLoss, type LossScalingOptions } from "./transforms/loss-scaling.ts";
export { freeze, perGroup, scaleByPath } from "./transforms/per-group.ts";
export { skipNonFinite } from "./transforms/skip-non-finite.ts";
export { tailAverage } from "./transforms/tail-average.ts";
export {
  decoupledDecay,
  weightDecay,
  type DecoupledDecayOptions,
  type WeightDecayOptions,
} from "./transforms/weight-decay.ts";

export { constantRate } from "./schedules/constant-rate.ts";
export { cosine, type CosineOptions } from "./schedules/cosine.ts";
export { cosineRestarts, type CosineRestartsOptions } from "./schedules/cosine-restarts.ts";
export { exponential, type ExponentialOptions } from "./schedules/exponential.ts";
export { inverseTime, type InverseTimeOptions } from "./schedules/inverse-time.ts";
export { join } from "./schedules/join.ts";
export {
  multiStep,
  stepDecay,
  type MultiStepOptions,
  type StepDecayOptions,
} from "./schedules/multi-step.ts";
export { ntAsgd, type NtAsgd, type NtAsgdOptions, type NtAsgdState } from "./schedules/nt-asgd.ts";
export { oneCycle, type OneCycleOptions } from "./schedules/one-cycle.ts";
export { polynomial, type PolynomialOptions } from "./schedules/polynomial.ts";
export {
  reduceOnPlateau,
  type PlateauState,
  type ReduceOnPlateau,
  type ReduceOnPlateauOptions,
} from "./schedules/reduce-on-plateau.ts";
export { warmUp } from "./schedules/warm-up.ts";

export { cmaEs, type CmaEsOptions } from "./whole-vector/cma-es.ts";
export {
  conjugateGradient,
  type ConjugateGradientOptions,
  type ConjugateGradientOutcome,
} from "./whole-vector/conjugate-gradient.ts";
export { gaussNewtonProduct, hessianProduct } from "./whole-vector/curvature.ts";
export {
  differentialEvolution,
  type DifferentialEvolutionOptions,
} from "./whole-vector/differential-evolution.ts";
export { fista, ista, l1, type FistaOptions, type Penalty } from "./whole-vector/fista.ts";
export {
  hessianFree,
  type HessianFreeOptions,
  type HessianFreeOutcome,
} from "./whole-vector/hessian-free.ts";
export { lbfgs, type LbfgsOptions, type LbfgsOutcome } from "./whole-vector/lbfgs.ts";
export type { LbfgsMemory } from "./whole-vector/lbfgs-memory.ts";
export type {
  Evaluation,
  Objective,
  Outcome,
  Progress,
  StopReason,
  Watched,
} from "./whole-vector/objective.ts";
export { overTree, type OverTree } from "./whole-vector/over-tree.ts";
export type { RasmussenOptions } from "./whole-vector/rasmussen.ts";
export type { StrongWolfeOptions } from "./whole-vector/strong-wolfe.ts";

export { confusionMatrix, type ConfusionMatrix } from "./report/confusion-matrix.ts";
export type { Averages, ClassMeasures, Measures } from "./report/confusion-measures.ts";
export { epochMeans, type EpochMeans } from "./report/epoch-means.ts";
export { logger, type LogFormat, type Logger, type LoggerOptions, type LogRow } from "./report/logger.ts";
