import type { Graph, PlanOptions, Program } from "@unroll/core";
import { optimize, planPlainly } from "@unroll/core/engine";
import type { Target } from "./print/target.ts";

/**
 * What threads cost, in cycles of a processor with vectors of four elements, which is how effort is counted: barriers of
 * threads that are awake, with what shares are uneven by, and waking up those that sleep.
 */
const costs = { barrier: 6_000, start: 500_000, smallest: 16 };

/** Passes and lowering for this engine. What is checked is planned node by node, for the reference engine to run. */
export function plan(graph: Graph, options: PlanOptions, target: Target, threads: number): Program {
  if (options.checks !== "none") return planPlainly(graph, options);
  // Columns of a packed panel: two vectors, which tiles of many rows hold in registers.
  const shared = threads > 1 ? { threads, ...costs } : undefined;
  return optimize(graph, { ...options, panel: target.vector / 2, threads: shared });
}
