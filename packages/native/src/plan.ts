import type { Graph, PlanOptions, Program } from "@unroll/core";
import { optimize, planPlainly, type ThreadCosts } from "@unroll/core/engine";
import type { Target } from "./print/target.ts";

/** Passes and lowering for this engine. What is checked is planned node by node, for the reference engine to run. */
export function plan(
  graph: Graph,
  options: PlanOptions,
  target: Target,
  threads: ThreadCosts | undefined,
): Program {
  if (options.checks !== "none") return planPlainly(graph, options);
  // Columns of a packed panel: two vectors, which tiles of many rows hold in registers.
  return optimize(graph, { ...options, panel: target.vector / 2, threads });
}
