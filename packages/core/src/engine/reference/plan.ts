import { newDraft } from "../../ir/draft.ts";
import type { Program } from "../../ir/program.ts";
import type { Graph } from "../../graph/graph.ts";
import type { PlanOptions } from "../engine.ts";
import { lowerNodes, placeOf, type Block } from "./lower.ts";

/**
 * The plainest program of a graph: node by node, every output in a compact buffer of its own.
 *
 * Nothing is grouped, reordered, reused or overwritten, on purpose: fast engines are compared with this one, so it may
 * share none of their cleverness.
 */
export function plan(graph: Graph, { checks }: PlanOptions): Program {
  const draft = newDraft();
  const results = new Set(graph.outputs);
  const roleOf: Block["roleOf"] = (y) => (results.has(y) ? "output" : "temporary");
  const block: Block = { draft, places: new Map(), statements: [], roleOf };
  const inputs = graph.inputs.map((x) => {
    const view = draft.allocate(x.label ?? "input", x.type, "input");
    block.places.set(x, view);
    return view;
  });
  lowerNodes(graph, block);
  const outputs = graph.outputs.map((y) => placeOf(y, block));
  const { kernels, buffers } = draft;
  return { kernels, buffers, inputs, outputs, statements: block.statements, checks };
}
