// The public names of layers, and nothing else.
export {
  bidirectional,
  type Bidirectional,
  type BidirectionalOptions,
  type Directions,
} from "./sequence/bidirectional.ts";
export { cell, type Cell, type CellRecord, type Layer } from "./spec/cell.ts";
export { dropout } from "./feedforward/dropout.ts";
export { embedding, type EmbeddingParams } from "./feedforward/embedding.ts";
export { gru, type GruOptions, type GruParams, type GruState } from "./cells/gru.ts";
export { init, type InitOptions } from "./spec/init.ts";
export { initialState, redraw, type InitialStateOptions } from "./spec/initial-state.ts";
export { filled, glorot, he, identity, normal, ones, uniform, zeros } from "./initializers/initializers.ts";
export { layerNorm, type LayerNormParams } from "./feedforward/layer-norm.ts";
export { linear, type LinearOptions, type LinearParams } from "./feedforward/linear.ts";
export { lstm, type LstmOptions, type LstmParams, type LstmState } from "./cells/lstm.ts";
export { orthogonal } from "./initializers/orthogonal.ts";
export { param, state, type StateOptions } from "./spec/param.ts";
export { paramsOf, type ParamsOf } from "./spec/params-of.ts";
export type { Probe } from "./sequence/probe.ts";
export { rnn, type RnnOptions, type RnnParams, type RnnState, type WeightOptions } from "./cells/rnn.ts";
export { stackCells, type StatesOf } from "./wrappers/stack-cells.ts";
export { unroll, type UnrollOptions } from "./sequence/unroll.ts";
