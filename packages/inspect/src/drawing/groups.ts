import { nodesOf, type Graph, type Node, type Value } from "@unroll/core";

/** `encoder.layers[0].h` -> encoder, layers, 0, h. */
const partsOfPath = (label: string): readonly string[] => label.split(/[.[\]]+/).filter(Boolean);

/** The part of a label before its last name: where the value belongs. */
export const groupOfLabel = (label: string | undefined): readonly string[] =>
  label === undefined ? [] : partsOfPath(label).slice(0, -1);

const shared = (a: readonly string[], b: readonly string[]): readonly string[] => {
  const end = a.findIndex((part, i) => part !== b[i]);
  return end < 0 ? a : a.slice(0, end);
};

/**
 * Where the nodes of a graph belong, by the paths of labels.
 *
 * A node with a label belongs where the label says. One without belongs where all belong that use it, if they agree:
 * what only serves `encoder.h` is part of the encoder. A derivative belongs beside its own kind, to `d encoder`.
 * `known` has the answers for nodes of other graphs, and is given those for this one.
 */
export function groupNodes(graph: Graph, known: Map<Node, readonly string[]>): void {
  const nodes = nodesOf(graph);
  const users = usersOf(nodes);
  const results = new Set(graph.outputs);
  for (const node of nodes.toReversed()) {
    if (known.has(node)) continue;
    const label = node.outputs.find((y) => y.label !== undefined)?.label;
    if (label !== undefined && node.adjointOf === undefined) {
      known.set(node, groupOfLabel(label));
      continue;
    }
    const isResult = node.outputs.some((y) => results.has(y));
    const own = (users.get(node) ?? []).filter((user) => isBackward(user) === isBackward(node));
    const groups = own.map((user) => known.get(user) ?? []);
    known.set(node, isResult || groups.length === 0 || isBackward(node) ? [] : groups.reduce(shared));
  }
  for (const node of nodes) {
    const of = node.adjointOf && known.get(node.adjointOf);
    if (of && of.length > 0) known.set(node, [`d ${of[0]!}`, ...of.slice(1)]);
  }
}

const isBackward = (node: Node): boolean => node.adjointOf !== undefined;

/** The nodes that use each node, once for every use. */
export function usersOf(nodes: readonly Node[]): ReadonlyMap<Node, readonly Node[]> {
  const users = new Map<Node, Node[]>();
  const use = (x: Value, by: Node): void => {
    const list = users.get(x.node);
    if (list) list.push(by);
    else users.set(x.node, [by]);
  };
  for (const node of nodes) for (const x of node.inputs) use(x, node);
  return users;
}
