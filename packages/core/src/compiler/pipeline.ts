import type { Pass } from "./pass.ts";
import { eliminateCommon } from "./passes/eliminate-common.ts";
import { eliminateDead } from "./passes/eliminate-dead.ts";
import { mergeScans } from "./passes/merge-scans.ts";
import { simplify } from "./passes/simplify.ts";

/** What is done to a graph before a fast engine plans it, in this order. */
export const pipeline: readonly Pass[] = [
  eliminateCommon, // equal nodes are one
  mergeScans, // the forward scan and the one that also saves residuals are one scan
  simplify, // what is known before any run is not computed
  eliminateDead, // what nobody asks for, inside of scans too
];
