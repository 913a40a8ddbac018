import type { Program } from "../../ir/program.ts";
import type { Graph } from "../../graph/graph.ts";
import { optimize } from "../../compiler/optimize.ts";
import type { ThreadCosts } from "../../compiler/plan/effort.ts";
import type { PlanOptions } from "../engine.ts";
import { plan as planPlainly } from "../reference/plan.ts";

/** Columns of a packed panel: two vectors, which the widest tile of rows holds in registers. */
const panel = 8;

/** Passes and lowering for this engine. What is checked is planned node by node, for the reference engine to run. */
export const plan = (graph: Graph, options: PlanOptions, threads?: ThreadCosts): Program =>
  options.checks === "none" ? optimize(graph, { ...options, panel, threads }) : planPlainly(graph, options);
