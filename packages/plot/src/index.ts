// The public names of plot, and nothing else.
export { plotLog, type PlotOptions } from "./plot-log.ts";
