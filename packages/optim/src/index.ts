// The public names of optim, and nothing else.
export { adam, adamw, type AdamOptions, type AdamwOptions } from "./first-order/adam.ts";
export { clipNorm, clipValue } from "./transforms/clip.ts";
export { descent, type DescentRule, type LeafRule, type Remembered } from "./descent.ts";
export type { Memory } from "./memory.ts";
export { rmsprop, type RmspropOptions } from "./first-order/rmsprop.ts";
export type { Rate, Schedule } from "./rate.ts";
export { constantRate } from "./schedules/constant-rate.ts";
export { cosine, type CosineOptions } from "./schedules/cosine.ts";
export { exponential, type ExponentialOptions } from "./schedules/exponential.ts";
export { warmUp } from "./schedules/warm-up.ts";
export { sgd, type SgdOptions } from "./first-order/sgd.ts";
export { applyUpdates, chain, type Transform } from "./transform.ts";
