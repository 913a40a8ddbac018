import { describe } from "../tensor/error.ts";
import { printPasses, printProgram } from "../ir/print.ts";
import { countNodes, type Graph } from "../graph/graph.ts";
import { print } from "../graph/print.ts";
import { runPasses, tracePasses } from "../compiler/pass.ts";
import { pipeline } from "../compiler/pipeline.ts";
import { unusedInputs, type CompiledGraph } from "./compiled.ts";

/** What became of a function: its graph, inputs that nothing uses, the passes it went through, and its program. */
export function explain({ graph, program }: CompiledGraph): string {
  return [summarize(graph), printProgram(program)].join("\n\n");
}

/**
 * A graph in words: its size, inputs that nothing uses, the graph itself, and what the passes of a fast engine make of
 * it, in numbers of nodes, those of bodies included.
 */
export function explainGraph(graph: Graph): string {
  return [summarize(graph), printPasses(tracePasses(pipeline, graph)).join("\n")].join("\n\n");
}

/** A graph on its way through the compiler. */
export interface Stage {
  /** The pass that has made it; of the first stage "as written". */
  readonly name: string;
  readonly graph: Graph;
}

/** A graph as it was written, and after each pass of a fast engine that changes it. */
export function stages(graph: Graph): readonly Stage[] {
  const found: Stage[] = [{ name: "as written", graph }];
  let last = graph;
  runPasses(pipeline, graph, {
    trace({ name }, after) {
      if (after !== last) found.push({ name, graph: { ...after, paths: graph.paths } });
      last = after;
    },
  });
  return found;
}

function summarize(graph: Graph): string {
  const unused = unusedInputs(graph);
  const summary = `${countNodes(graph)} nodes, ${graph.inputs.length} inputs, ${graph.outputs.length} outputs`;
  const idle =
    unused.length > 0
      ? [`unused inputs: ${unused.map((x) => describe({ ...x.type, label: x.label })).join(", ")}`]
      : [];
  return [summary, ...idle, print(graph)].join("\n");
}
