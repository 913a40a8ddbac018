export * from "./ops/index.ts";
export { gradient } from "./autodiff/gradient.ts";
export { pullback } from "./autodiff/pullback.ts";
