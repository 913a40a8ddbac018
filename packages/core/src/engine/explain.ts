import { describe } from "../tensor/error.ts";
import { printProgram } from "../ir/print.ts";
import { countNodes, type Graph } from "../graph/graph.ts";
import { print } from "../graph/print.ts";
import { explainPasses } from "../compiler/pass.ts";
import { pipeline } from "../compiler/pipeline.ts";
import { unusedInputs, type CompiledGraph } from "./compiled.ts";

/** What became of a function: its inputs that nothing uses, its graph, and its program. */
export function explain(compiled: CompiledGraph): string {
  return [explainGraph(compiled.graph), printProgram(compiled.program)].join("\n\n");
}

/**
 * A graph in words: its size, inputs that nothing uses, what the passes of a fast engine make of it (numbers of nodes,
 * those of bodies included), and the graph itself as it was written.
 */
export function explainGraph(graph: Graph): string {
  const unused = unusedInputs(graph);
  const summary = `${countNodes(graph)} nodes, ${graph.inputs.length} inputs, ${graph.outputs.length} outputs`;
  const idle =
    unused.length > 0
      ? [`unused inputs: ${unused.map((x) => describe({ ...x.type, label: x.label })).join(", ")}`]
      : [];
  const passes = explainPasses(pipeline, graph)
    .split("\n")
    .map((line) => `  ${line}`);
  return [summary, ...idle, "passes", ...passes, print(graph)].join("\n");
}
