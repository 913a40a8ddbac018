// The public names of layers, and nothing else.
export {
  activationRegularization,
  temporalActivationRegularization,
} from "./losses/activation-regularization.ts";
export { additiveScore, type AdditiveScoreParams } from "./attention/additive-score.ts";
export { attend, type Attention } from "./attention/attend.ts";
export {
  attentive,
  type Attended,
  type Attentive,
  type AttentiveOptions,
  type AttentiveParams,
} from "./wrappers/attentive.ts";
export {
  batchNormLstm,
  type BatchNormLstm,
  type BatchNormLstmOptions,
  type BatchNormLstmParams,
  type BatchNormLstmState,
  type BatchStatistics,
  type Moments,
  type ObservedStatistics,
} from "./cells/batch-norm-lstm.ts";
export {
  batchNorm,
  type BatchNorm,
  type BatchNormOptions,
  type BatchNormParams,
  type BatchNormStatistics,
} from "./feedforward/batch-norm.ts";
export {
  bidirectional,
  type Bidirectional,
  type BidirectionalOptions,
  type Directions,
} from "./sequence/bidirectional.ts";
export {
  bilinear,
  type BilinearInput,
  type BilinearOptions,
  type BilinearParams,
} from "./feedforward/bilinear.ts";
export { binaryCrossEntropy } from "./losses/binary-cross-entropy.ts";
export { cell, type Cell, type CellRecord, type Layer } from "./spec/cell.ts";
export { chrono, type ChronoGates } from "./initializers/chrono.ts";
export {
  clockwork,
  type ClockworkOptions,
  type ClockworkParams,
  type ClockworkState,
} from "./cells/clockwork.ts";
export {
  convLstm,
  type ConvLstmOptions,
  type ConvLstmParams,
  type ConvLstmState,
} from "./cells/conv-lstm.ts";
export {
  convolution1d,
  convolution2d,
  type ConvolutionParams,
  type FilterOptions,
} from "./feedforward/convolution.ts";
export { cosineEmbedding } from "./losses/cosine-embedding.ts";
export {
  coverageLoss,
  coverageScore,
  fertility,
  type CoverageScore,
  type CoverageScoreParams,
  type FertilityParams,
} from "./attention/coverage.ts";
export { chunkConstraints, type CrfConstraints } from "./losses/crf-constraints.ts";
export {
  crf,
  type Crf,
  type CrfBatch,
  type CrfEmissions,
  type CrfOptions,
  type CrfParams,
} from "./losses/crf.ts";
export {
  ctcBeamSearch,
  ctcGreedy,
  type CtcBeamOptions,
  type CtcDecodeOptions,
  type CtcHypothesis,
} from "./losses/ctc-decode.ts";
export { ctc, type CtcOptions } from "./losses/ctc.ts";
export { dotScore, scaledDotScore } from "./attention/dot-score.ts";
export { dropout } from "./feedforward/dropout.ts";
export { embedding, type EmbeddingOptions, type EmbeddingParams } from "./feedforward/embedding.ts";
export {
  fastWeights,
  type FastWeightsOptions,
  type FastWeightsParams,
  type FastWeightsState,
} from "./cells/fast-weights.ts";
export { gaussianKl, type DiagonalGaussian } from "./losses/gaussian-kl.ts";
export { gaussianNll } from "./losses/gaussian-nll.ts";
export { generalScore, type GeneralScoreParams } from "./attention/general-score.ts";
export { groupNorm, type GroupNormOptions, type GroupNormParams } from "./feedforward/group-norm.ts";
export { gru, type GruOptions, type GruParams, type GruState } from "./cells/gru.ts";
export { highwayCell, type HighwayCellOptions, type HighwayCellParams } from "./wrappers/highway-cell.ts";
export { highway, type HighwayOptions, type HighwayParams } from "./feedforward/highway.ts";
export { hinge, multiclassHinge, type MulticlassHingeOptions } from "./losses/hinge.ts";
export { huber } from "./losses/huber.ts";
export { indRnn, type IndRnnOptions, type IndRnnParams, type IndRnnState } from "./cells/ind-rnn.ts";
export { init, type InitOptions } from "./spec/init.ts";
export { initialState, redraw, type InitialStateOptions } from "./spec/initial-state.ts";
export { filled, glorot, he, identity, normal, ones, uniform, zeros } from "./initializers/initializers.ts";
export { joinFrames, type Frames } from "./sequence/join-frames.ts";
export { jordan, type JordanOptions, type JordanParams, type JordanState } from "./cells/jordan.ts";
export { klDivergence } from "./losses/kl-divergence.ts";
export {
  layerNormLstm,
  type LayerNormLstmOptions,
  type LayerNormLstmParams,
} from "./cells/layer-norm-lstm.ts";
export {
  layerNormStates,
  type LayerNormStatesParams,
  type StateNorms,
} from "./wrappers/layer-norm-states.ts";
export { layerNorm, type LayerNormParams } from "./feedforward/layer-norm.ts";
export { linear, type LinearOptions, type LinearParams } from "./feedforward/linear.ts";
export {
  lstmVariant,
  peepholeLstm,
  type LstmVariant,
  type LstmVariantOptions,
  type LstmVariantParams,
  type LstmVariantState,
} from "./cells/lstm-variant.ts";
export { lstm, type LstmOptions, type LstmParams, type LstmState } from "./cells/lstm.ts";
export { lsuv, type LsuvLayer, type LsuvOptions } from "./initializers/lsuv.ts";
export { causalMask, paddingMask } from "./attention/mask.ts";
export { mgu, type MguParams, type MguState } from "./cells/mgu.ts";
export {
  drawMixture,
  mixtureDensity,
  mixtureNll,
  mixtureOf,
  type MixtureDensity,
  type MixtureDrawOptions,
  type MixtureLayerOptions,
  type MixtureOptions,
} from "./losses/mixture-density.ts";
export {
  multiHead,
  type MultiHeadInput,
  type MultiHeadOptions,
  type MultiHeadParams,
} from "./attention/multi-head.ts";
export { multiplicativeLstm, type MultiplicativeLstmParams } from "./cells/multiplicative-lstm.ts";
export { mut1, mut2, mut3, type MutParams, type MutState } from "./cells/mut.ts";
export { normStabilizer } from "./losses/norm-stabilizer.ts";
export { ntm, type HeadParams, type NtmOptions, type NtmParams, type NtmState } from "./cells/ntm.ts";
export { orthogonal } from "./initializers/orthogonal.ts";
export { param, state, type StateOptions } from "./spec/param.ts";
export { paramsOf, type ParamsOf } from "./spec/params-of.ts";
export type { PerLeaf } from "./wrappers/per-leaf.ts";
export {
  phasedLstm,
  type PhasedInput,
  type PhasedLstmOptions,
  type PhasedLstmParams,
} from "./cells/phased-lstm.ts";
export type { Probe } from "./sequence/probe.ts";
export {
  projectionLstm,
  type ProjectionLstmOptions,
  type ProjectionLstmParams,
} from "./cells/projection-lstm.ts";
export { pyramidal, type Condensed } from "./sequence/pyramidal.ts";
export { qrnn, type QrnnOptions, type QrnnParams, type QrnnState } from "./cells/qrnn.ts";
export { recurrentDropout } from "./wrappers/recurrent-dropout.ts";
export { residual } from "./wrappers/residual.ts";
export { rhn, type RhnOptions, type RhnParams, type RhnState } from "./cells/rhn.ts";
export {
  irnn,
  rnn,
  type RnnOptions,
  type RnnParams,
  type RnnState,
  type WeightOptions,
} from "./cells/rnn.ts";
export {
  categoricalCandidates,
  logUniformCandidates,
  sampledSoftmax,
  type Candidates,
  type ClassScores,
  type LogUniformOptions,
} from "./losses/sampled-softmax.ts";
export type { Score } from "./attention/score.ts";
export { scrn, type ScrnOptions, type ScrnParams, type ScrnState } from "./cells/scrn.ts";
export {
  softWindow,
  type SoftWindow,
  type SoftWindowParams,
  type SoftWindowState,
} from "./attention/soft-window.ts";
export { sparse, type SparseOptions } from "./initializers/sparse.ts";
export { spectralRadius } from "./initializers/spectral-radius.ts";
export { squaredError } from "./losses/squared-error.ts";
export { sru, type SruOptions, type SruParams, type SruState } from "./cells/sru.ts";
export {
  stackBidirectional,
  type AnyBidirectional,
  type BidirectionalStack,
  type LayerStates,
} from "./sequence/stack-bidirectional.ts";
export { stackCells, type StatesOf } from "./wrappers/stack-cells.ts";
export { stackWithSkips } from "./wrappers/stack-with-skips.ts";
export {
  drawStroke,
  strokeDensity,
  strokeNll,
  strokesOf,
  type StrokeDensity,
} from "./losses/stroke-density.ts";
export { ugrnn, type UgrnnOptions, type UgrnnParams, type UgrnnState } from "./cells/ugrnn.ts";
export { unroll, type UnrollOptions } from "./sequence/unroll.ts";
export {
  vanishingGradientPenalty,
  type VanishingGradientOptions,
} from "./losses/vanishing-gradient-penalty.ts";
export {
  variationalDropout,
  type Masks,
  type VariationalRates,
  type VariationalState,
} from "./wrappers/variational-dropout.ts";
export { weightDrop } from "./wrappers/weight-drop.ts";
export { zoneout } from "./wrappers/zoneout.ts";
