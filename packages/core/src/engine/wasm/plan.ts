import type { Program } from "../../ir/program.ts";
import type { Graph } from "../../graph/graph.ts";
import { expandKernel } from "../../compiler/expand.ts";
import type { PlanOptions } from "../engine.ts";
import { plan as planPlainly } from "../reference/plan.ts";

/** Passes and lowering for this engine. */
export function plan(graph: Graph, options: PlanOptions): Program {
  const program = planPlainly(graph, options);
  return { ...program, kernels: program.kernels.map(expandKernel) };
}
