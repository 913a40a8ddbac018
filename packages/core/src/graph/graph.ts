import { ScopeError } from "../tensor/error.ts";
import type { TensorType } from "../tensor/type.ts";
import {
  checkScope,
  describeValue,
  inPlaceOf,
  Node,
  renew,
  type Op,
  type Scope,
  type Value,
} from "./node.ts";

/** The function from `inputs` to `outputs`. Any value may be an input: the graph is cut there. */
export interface Graph {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Of a function's graph, where its outputs stand in what it returns: `loss`, `gradient.rnn.wx`. Changes nothing. */
  readonly paths?: readonly string[] | undefined;
}

/** A value that is given from outside: an argument of a compiled function, or of a step. */
export const inputOp: Op<{ readonly type: TensorType }> = {
  name: "input",
  infer: (_, { type }) => [type],
  // Graphs are closed by naming their inputs, so an input is never lowered: `checkBound` has spoken before.
  lower: {
    kernels: (node) => {
      throw unbound(node.outputs[0]!);
    },
  },
};

/** A new input, for a graph or for the step that `scope` stands for. */
export function input(type: TensorType, label?: string, scope?: Scope): Value {
  const value = new Node(inputOp, [], { type }, scope).outputs[0]!;
  return label === undefined ? value : value.name(label);
}

/** Close a graph by naming its ends, and check that nothing inside hangs in the air. */
export function graph(inputs: readonly Value[], outputs: readonly Value[], paths?: readonly string[]): Graph {
  const closed = { inputs, outputs, paths };
  checkBound(closed);
  return closed;
}

/**
 * Nodes of a graph in topological order. Nodes that make a graph's inputs are not part of it.
 * A multi-output node belongs to it when any of its outputs is needed.
 */
export function nodesOf({ inputs, outputs }: Graph): Node[] {
  const cut = new Set(inputs);
  const seen = new Set<Node>();
  const stack = [...outputs];
  for (let value = stack.pop(); value; value = stack.pop()) {
    if (cut.has(value) || seen.has(value.node)) continue;
    seen.add(value.node);
    for (const x of value.node.inputs) stack.push(x);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** All values that depend on one of `sources`, the sources included. */
export function dependents(nodes: readonly Node[], sources: Iterable<Value>): Set<Value> {
  const found = new Set(sources);
  for (const node of nodes) {
    if (node.inputs.some((x) => found.has(x))) for (const y of node.outputs) found.add(y);
  }
  return found;
}

/**
 * Check that every input that a graph's outputs need is one of its own.
 *
 * Throws: ScopeError.
 */
export function checkBound(closed: Graph): void {
  closed.outputs.forEach(checkScope);
  for (const node of nodesOf(closed)) {
    if (node.op === (inputOp as Op)) throw unbound(node.outputs[0]!);
  }
}

const unbound = (x: Value): ScopeError =>
  new ScopeError(
    `graph: ${describeValue(x)} is an input of another function and has no value here.`,
    "Pass it as an argument of the function that is compiled.",
  );

/**
 * What takes the place of a node's outputs, given its inputs as they are by then. Without an answer the node stays, or
 * is applied anew when an input changed. An output that nobody uses needs no replacement.
 */
export type Visit = (
  node: Node,
  inputs: readonly Value[],
  current: (x: Value) => Value,
) => readonly (Value | undefined)[] | undefined;

/** A graph in which `visit` has replaced the outputs of nodes: the same graph when nothing changed. */
export function rewrite(closed: Graph, visit: Visit): Graph {
  const outputs = closed.outputs.map(rewriteValues(closed, visit));
  return outputs.every((y, i) => y === closed.outputs[i]) ? closed : { ...closed, outputs };
}

/**
 * What becomes of the values of a graph when nodes are visited as `rewrite` does.
 *
 * `given` says what stands for some of its values, which are inputs then. `nodes` are those of the graph, in an order
 * in which each comes after what it needs.
 */
export function rewriteValues(
  closed: Graph,
  visit: Visit,
  given: ReadonlyMap<Value, Value> = new Map(),
  nodes?: readonly Node[],
): (x: Value) => Value {
  const inputs = [...closed.inputs, ...given.keys()];
  const cut = new Set(inputs);
  const replaced = new Map(given);
  const current = (x: Value): Value => replaced.get(x) ?? x;
  for (const node of nodes ?? nodesOf({ inputs, outputs: closed.outputs })) {
    const xs = node.inputs.map(current);
    const outputs = inPlaceOf(node, () => visit(node, xs, current) ?? renew(node, xs));
    if (outputs === node.outputs) continue;
    node.outputs.forEach((y, i) => {
      const z = outputs[i];
      // One output of a node may be an input of the graph, and another not.
      if (!z || z === y || cut.has(y)) return;
      for (const label of y.labels) z.name(label);
      replaced.set(y, z);
    });
  }
  return current;
}

/** Nodes of a graph and of the bodies inside of it. A body that several scans share is counted by each. */
export const countNodes = (graph: Graph): number =>
  nodesOf(graph).reduce(
    (sum, { op, attrs }) =>
      sum + 1 + (op.bodies?.(attrs) ?? []).reduce((inside, body) => inside + countNodes(body), 0),
    0,
  );
