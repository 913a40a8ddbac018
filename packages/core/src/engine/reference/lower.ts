import { InternalError } from "../../tensor/error.ts";
import type { Draft } from "../../ir/draft.ts";
import {
  emitContract,
  emitCopy,
  emitFill,
  emitMap,
  emitReduce,
  emitScatterAdd,
  type Emitted,
} from "../../ir/emit.ts";
import type { Origin, Statement } from "../../ir/program.ts";
import { rowView, type View } from "../../ir/view.ts";
import { nodesOf, type Graph } from "../../graph/graph.ts";
import type { Lowering, LoopRequest, Node, Value } from "../../graph/node.ts";
import { originOf } from "../../graph/origin.ts";

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
  if (!view) throw new InternalError(`an output of ${x.node.op.name} is read before it is computed`);
  return view;
}

/** Write the statements that compute a graph, whose inputs have a place already. */
export function lowerNodes(graph: Graph, block: Block): void {
  for (const node of nodesOf(graph)) {
    lowerNode(node, loweringOf(node, block));
    const unwritten = node.outputs.find((y) => !block.places.has(y));
    if (unwritten) throw new InternalError(`${node.op.name} does not write its output ${unwritten.index}`);
  }
}

function lowerNode(node: Node, to: Lowering): void {
  const { op, inputs, outputs, attrs } = node;
  const { lower } = op;
  if ("scalar" in lower) {
    const [y] = outputs;
    to.map({
      reads: inputs.map((x) => to.read(x)),
      writes: [to.target(y!)],
      body: (s, xs) => [lower.scalar(s, xs, attrs, y!.type)],
    });
  } else if ("view" in lower) {
    const views = lower.view(node, to.read(inputs[0]!));
    if (!views) throw new InternalError(`${op.name} has no view of a compact value`);
    views.forEach((view, i) => {
      to.map({ reads: [view], writes: [to.target(outputs[i]!)], body: (_, reads) => reads });
    });
  } else {
    lower.kernels(node, to);
  }
}

/** What the lowering rule of a node writes through. */
function loweringOf(node: Node, block: Block): Lowering {
  const { draft, places, statements } = block;
  const origin = originOf(node);
  const nameOf = (y: Value): string => y.label ?? node.op.name;
  const call = (emitted: Emitted | undefined): void => pushCall(block, emitted, origin);
  const target = (y: Value): View => {
    if (y.node !== node) throw new InternalError(`${node.op.name} writes to an output of ${y.node.op.name}`);
    const view = places.get(y) ?? draft.allocate(nameOf(y), y.type, block.roleOf(y));
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
    loop: (request) => lowerLoop(node, request, block, node.outputs.map(target)),
    host(f, reads, writes) {
      const from = reads.map((x) => placeOf(x, block));
      statements.push({ kind: "host", f, reads: from, writes: writes.map(target), origin });
    },
    constant(y, tensor) {
      places.set(y, draft.allocate(nameOf(y), y.type, "constant", tensor.data.slice()));
    },
  };
}

/** A request without a single point makes no call. */
function pushCall({ draft, statements }: Block, emitted: Emitted | undefined, origin: Origin): void {
  if (!emitted) return;
  const { kernel, operands } = emitted;
  statements.push({ kind: "call", kernel: draft.kernel(kernel), operands, origin });
}

/**
 * A scan: the carries lie in the buffers of the final state, from the initial state on; the body is lowered once, on
 * rows that move from turn to turn.
 */
function lowerLoop(node: Node, request: LoopRequest, outer: Block, outputs: readonly View[]): void {
  const { body, carries, sequences, length, reverse } = request;
  const { draft } = outer;
  const origin = originOf(node);
  const loop = draft.loop();
  const inner: Block = { draft, places: new Map(), statements: [], roleOf: () => "temporary" };
  const copy = (block: Block, from: View, to: View): void => pushCall(block, emitCopy(from, to), origin);
  const rowOf = (sequence: View): View => {
    const row = rowView(sequence, loop, reverse);
    if (!row) throw new InternalError(`${node.op.name} has no rows of ${sequence.buffer.name}`);
    return row;
  };

  const state = outputs.slice(0, carries);
  const given = node.inputs.map((x) => placeOf(x, outer));
  state.forEach((carry, i) => copy(outer, given[i]!, carry));
  if (length === 0) return;
  body.inputs.forEach((x, i) => {
    const isSequence = i >= carries && i < carries + sequences;
    inner.places.set(x, state[i] ?? (isSequence ? rowOf(given[i]!) : given[i]!));
  });
  lowerNodes(body, inner);

  const results = body.outputs.map((y) => placeOf(y, inner));
  outputs.slice(carries).forEach((stack, i) => copy(inner, results[carries + i]!, rowOf(stack)));
  // A step may swap two states: all new ones are set aside before the first old one is overwritten.
  const staged = body.outputs.slice(0, carries).map((y) => draft.allocate("next", y.type, "temporary"));
  staged.forEach((next, i) => copy(inner, results[i]!, next));
  staged.forEach((next, i) => copy(inner, next, state[i]!));
  outer.statements.push({ kind: "loop", loop, length, reverse, body: inner.statements, origin });
}
