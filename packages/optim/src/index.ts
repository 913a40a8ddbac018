// The public names of optim, and nothing else.
export { adam, adamw, type AdamOptions, type AdamwOptions } from "./adam.ts";
export { clipNorm, clipValue } from "./clip.ts";
export { descent, type DescentRule, type LeafRule, type Remembered } from "./descent.ts";
export type { Memory } from "./memory.ts";
export { rmsprop, type RmspropOptions } from "./rmsprop.ts";
export type { Rate, Schedule } from "./rate.ts";
export {
  constantRate,
  cosine,
  exponential,
  warmUp,
  type CosineOptions,
  type ExponentialOptions,
} from "./schedule.ts";
export { sgd, type SgdOptions } from "./sgd.ts";
export { applyUpdates, chain, type Transform } from "./transform.ts";
