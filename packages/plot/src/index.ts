// The public names of plot, and nothing else.
export { drawSvg } from "./draw-svg.ts";
export { plotLog, type PlotOptions } from "./plot-log.ts";
