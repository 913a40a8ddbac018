// The public names of layers, and nothing else.
export {
  bidirectional,
  type Bidirectional,
  type BidirectionalOptions,
  type Directions,
} from "./bidirectional.ts";
export { cell, type Cell, type CellRecord, type Layer } from "./cell.ts";
export { dropout } from "./dropout.ts";
export { embedding, type EmbeddingParams } from "./embedding.ts";
export { gru, type GruOptions, type GruParams, type GruState } from "./gru.ts";
export { init, type InitOptions } from "./init.ts";
export { initialState, redraw, type InitialStateOptions } from "./initial-state.ts";
export { filled, glorot, he, identity, normal, ones, uniform, zeros } from "./initializers.ts";
export { layerNorm, type LayerNormParams } from "./layer-norm.ts";
export { linear, type LinearOptions, type LinearParams } from "./linear.ts";
export { lstm, type LstmOptions, type LstmParams, type LstmState } from "./lstm.ts";
export { orthogonal } from "./orthogonal.ts";
export { param, state, type StateOptions } from "./param.ts";
export { paramsOf, type ParamsOf } from "./params-of.ts";
export type { Probe } from "./probe.ts";
export { rnn, type RnnOptions, type RnnParams, type RnnState, type WeightOptions } from "./rnn.ts";
export { stackCells, type StatesOf } from "./stack-cells.ts";
export { unroll, type UnrollOptions } from "./unroll.ts";
