// The public names of inspect, and nothing else.
export { draw, type DrawOptions, type Drawing } from "./drawing/draw.ts";
export type { PictureOptions } from "./drawing/build.ts";
export type { Attributes, Box, Edge, Kind, Picture, Vertex, Way } from "./drawing/picture.ts";
export { drawPasses, type PassDrawing } from "./drawing/draw-passes.ts";
export { debugNonFinite } from "./non-finite/debug-non-finite.ts";
export { NonFiniteReport, type Operand } from "./non-finite/report.ts";
export {
  gradientFlow,
  type Flow,
  type FlowNode,
  type FlowOptions,
  type FlowValue,
  type GradientFlow,
} from "./flow/gradient-flow.ts";
export {
  drawFlowInTraining,
  drawFlowThroughTime,
  drawHistograms,
  drawUpdateRatios,
  type FlowPictureOptions,
} from "./flow/pictures.ts";
export type { Histogram } from "./flow/statistics.ts";
export { updateRatios, type UpdateRatio } from "./flow/update-ratios.ts";
export { drawFlameChart, type FlameChartOptions } from "./profile/flame-chart.ts";
export { traceOf, type Trace, type TraceEvent } from "./profile/trace-events.ts";
