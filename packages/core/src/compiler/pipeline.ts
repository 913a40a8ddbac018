import type { Pass } from "./pass.ts";
import { batchProjections } from "./passes/batch-projections.ts";
import { batchWeightGradients } from "./passes/batch-weight-gradients.ts";
import { eliminateCommon } from "./passes/eliminate-common.ts";
import { eliminateDead } from "./passes/eliminate-dead.ts";
import { gatherInLoops } from "./passes/gather-in-loops.ts";
import { gatherProjections } from "./passes/gather-projections.ts";
import { hoistInvariant } from "./passes/hoist-invariant.ts";
import { mergeScans } from "./passes/merge-scans.ts";
import { recomputeResiduals } from "./passes/recompute-residuals.ts";
import { simplify } from "./passes/simplify.ts";
import { splitScans } from "./passes/split-scans.ts";

/** What is done to a graph before a fast engine plans it, in this order. */
export const pipeline: readonly Pass[] = [
  eliminateCommon, // equal nodes are one
  mergeScans, // the forward scan and the one that also saves residuals are one scan
  simplify, // what is known before any run is not computed
  eliminateDead, // what nobody asks for, inside of scans too
  batchWeightGradients, // what a loop only adds up is added up after it
  splitScans, // layers whose weights would take turns in the cache are one loop each
  batchProjections, // rows times a weight are one product for all steps, where that is cheaper
  gatherProjections, // rows of a small table are projected once each
  hoistInvariant, // what does not change inside a scan is computed before it
  gatherInLoops, // rows of a small table are taken where they are used
  recomputeResiduals, // what costs little to compute again is not saved for all steps
  eliminateCommon,
  mergeScans,
  simplify,
  eliminateDead,
];
