import { sameType } from "../../tensor/type.ts";
import { newDraft } from "../../ir/draft.ts";
import type { Checks, Donation, Program } from "../../ir/program.ts";
import { sameView, type View } from "../../ir/view.ts";
import type { Graph } from "../../graph/graph.ts";
import type { Value } from "../../graph/node.ts";
import { originOf } from "../../graph/origin.ts";
import { Block, type Target } from "./block.ts";
import { nameOf } from "./name.ts";
import { mayOverwrite, overwrite } from "./overwrite.ts";

/** What a plan is made for. */
export interface PlanRequest extends Target {
  readonly checks: Checks;
  readonly donated?: readonly Donation[];
}

/**
 * The program of a graph: elementwise nodes grouped into maps, sums of contractions accumulated in one place, movements
 * composed into views, and every value written to where its consumer wants it. A donated input is overwritten by the
 * output that takes its place: by the unit that makes it where everybody else has read it by then, by a copy at the end
 * where not.
 */
export function plan(graph: Graph, { checks, donated = [], ...target }: PlanRequest): Program {
  const draft = newDraft();
  const inputs = graph.inputs.map((x) => draft.allocate(x.label ?? "input", x.type, "input"));
  const block = new Block(draft, target, graph, new Map(graph.inputs.map((x, i) => [x, inputs[i]!])));
  const taken = new Map(donated.map(([input, output]) => [output, input]));
  const outputs = graph.outputs.map((y, i) => homeOfOutput(block, inputs, y, taken.get(i)));
  block.lower();
  copyOutputs(block, outputs, new Set(donated.map(([input]) => inputs[input]!.buffer)));
  const { kernels, buffers } = draft;
  return { kernels, buffers, inputs, outputs, statements: block.statements, checks };
}

/** The place of an output: that of the input it replaces, or a buffer of its own. Its maker writes there if it can. */
function homeOfOutput(block: Block, inputs: readonly View[], y: Value, replaced: number | undefined): View {
  const old = replaced === undefined ? undefined : block.graph.inputs[replaced]!;
  if (old === undefined || !sameType(old.type, y.type)) {
    const view = block.draft.allocate(nameOf(y), y.type, "output");
    if (block.isHomeless(y)) block.settle(y, view);
    return view;
  }
  const place = inputs[replaced!]!;
  if (block.isHomeless(y) && mayOverwrite(block, old, y)) overwrite(block, old, y, place);
  return place;
}

/** Copy outputs that do not lie in their places. What is read from an input that is overwritten is read first. */
function copyOutputs(block: Block, places: readonly View[], overwritten: ReadonlySet<View["buffer"]>): void {
  const moves = places.map((to, i) => ({
    to,
    from: block.read(block.graph.outputs[i]!),
    origin: originOf(block.graph.outputs[i]!.node),
  }));
  const [donated, others] = [true, false].map((wanted) =>
    moves.filter(({ to }) => overwritten.has(to.buffer) === wanted),
  );
  for (const { from, to, origin } of others!) block.copy(from, to, origin);
  const staged = donated!.map((move) => {
    const isInTheWay = overwritten.has(move.from.buffer) && !sameView(move.from, move.to);
    return isInTheWay ? { ...move, from: block.compact(move.from, move.origin) } : move;
  });
  for (const { from, to, origin } of staged) block.copy(from, to, origin);
}
