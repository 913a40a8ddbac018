import type { Checks, Program } from "../../ir/program.ts";
import { newDraft } from "../../ir/draft.ts";
import type { View } from "../../ir/view.ts";
import type { Graph } from "../../graph/graph.ts";
import type { Value } from "../../graph/node.ts";
import { originOf } from "../../graph/origin.ts";
import { Block, type Target } from "./block.ts";
import { nameOf } from "./name.ts";

/**
 * The program of a graph: elementwise nodes grouped into maps, sums of contractions accumulated in one place, movements
 * composed into views, and every value written to where its consumer wants it.
 */
export function plan(graph: Graph, { checks, ...target }: { readonly checks: Checks } & Target): Program {
  const draft = newDraft();
  const inputs = graph.inputs.map((x) => draft.allocate(x.label ?? "input", x.type, "input"));
  const block = new Block(draft, target, graph, new Map(graph.inputs.map((x, i) => [x, inputs[i]!])));
  const outputs = graph.outputs.map((y) => outputOf(block, y));
  block.lower();
  outputs.forEach((view, i) => {
    const y = graph.outputs[i]!;
    block.copy(block.read(y), view, originOf(y.node));
  });
  const { kernels, buffers } = draft;
  return { kernels, buffers, inputs, outputs, statements: block.statements, checks };
}

/** A buffer of its own for every output; a value that is made here is written to the first of its buffers at once. */
function outputOf(block: Block, y: Value): View {
  const view = block.draft.allocate(nameOf(y), y.type, "output");
  if (block.isHomeless(y)) block.settle(y, view);
  return view;
}
