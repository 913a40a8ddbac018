import { InternalError } from "../../tensor/error.ts";
import { emitContract, emitCopy, emitFill, emitMap, emitReduce, emitScatterAdd, type Emitted } from "../../ir/emit.ts";
import type { Program, Statement } from "../../ir/program.ts";
import type { View } from "../../ir/view.ts";
import { nodesOf, type Graph } from "../../graph/graph.ts";
import type { Lowering, Node, Value } from "../../graph/node.ts";
import { originOf } from "../../graph/origin.ts";
import type { PlanOptions } from "../engine.ts";
import { newDraft, type Draft } from "./draft.ts";
import { lowerLoop } from "./loop.ts";

/**
 * The plainest program of a graph: node by node, every output in a compact buffer of its own.
 *
 * Nothing is grouped, reordered, reused or overwritten, on purpose: fast engines are compared with this one, so it may
 * share none of their cleverness.
 */
export function plan(graph: Graph, { checks }: PlanOptions): Program {
  const draft = newDraft();
  const results = new Set(graph.outputs);
  const block: Block = { draft, places: new Map(), statements: [], roleOf: (y) => (results.has(y) ? "output" : "temporary") };
  const inputs = graph.inputs.map((x) => {
    const view = draft.allocate(x.label ?? "input", x.type, "input");
    block.places.set(x, view);
    return view;
  });
  lowerNodes(graph, block);
  const outputs = graph.outputs.map((y) => placeOf(y, block));
  return { kernels: draft.kernels, buffers: draft.buffers, inputs, outputs, statements: block.statements, checks };
}

/** A list of statements in the making: the whole program, or the body of a loop. */
export interface Block {
  readonly draft: Draft;
  /** Where the values that are known here lie. */
  readonly places: Map<Value, View>;
  readonly statements: Statement[];
  roleOf(value: Value): "output" | "temporary";
}

export function placeOf(x: Value, { places }: Block): View {
  const view = places.get(x);
  if (!view) throw new InternalError(`${x.node.op.name} is read before it is computed`);
  return view;
}

export function lowerNodes(graph: Graph, block: Block): void {
  for (const node of nodesOf(graph)) {
    lowerNode(node, loweringOf(node, block));
    for (const y of node.outputs) if (!block.places.has(y)) throw new InternalError(`${node.op.name} left output ${y.index} unwritten`);
  }
}

function lowerNode(node: Node, to: Lowering): void {
  const { op: { name, lower }, inputs, outputs, attrs } = node;
  if ("scalar" in lower) {
    const body: Parameters<Lowering["map"]>[0]["body"] = (s, xs) => [lower.scalar(s, xs, attrs, outputs[0]!.type)];
    to.map({ reads: inputs.map(to.read), writes: [to.target(outputs[0]!)], body });
  } else if ("view" in lower) {
    const views = lower.view(node, to.read(inputs[0]!));
    if (!views) throw new InternalError(`${name} has no view of a compact value`);
    views.forEach((view, i) => to.map({ reads: [view], writes: [to.target(outputs[i]!)], body: (_, reads) => reads }));
  } else {
    lower.kernels(node, to);
  }
}

/** What a node's lowering rule writes through. */
function loweringOf(node: Node, block: Block): Lowering {
  const { draft, places, statements } = block;
  const origin = originOf(node);
  const call = (emitted: Emitted | undefined): void => {
    if (!emitted) return;
    statements.push({ kind: "call", kernel: draft.kernel(emitted.kernel), operands: emitted.operands, origin });
  };
  const target = (y: Value): View => {
    if (y.node !== node) throw new InternalError(`${node.op.name} writes to ${y.node.op.name}`);
    const view = places.get(y) ?? draft.allocate(y.label ?? node.op.name, y.type, block.roleOf(y));
    places.set(y, view);
    return view;
  };
  return {
    read: (x) => placeOf(x, block),
    target,
    map: (request) => call(emitMap(request)),
    reduce: (request) => call(emitReduce(request)),
    contract: (request) => call(emitContract(request)),
    scatterAdd(request) {
      call(emitFill(request.out, 0));
      call(emitScatterAdd(request));
    },
    loop: (request) => lowerLoop(node, request, block, { target, origin, copy: (from, to) => call(emitCopy(from, to)) }),
    host: (f, reads, writes) =>
      statements.push({ kind: "host", f, reads: reads.map((x) => placeOf(x, block)), writes: writes.map(target), origin }),
    constant: (y, tensor) =>
      places.set(y, draft.allocate(y.label ?? node.op.name, y.type, "constant", tensor.data.slice())),
  };
}
