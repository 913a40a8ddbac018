import { nodesOf, type Graph, type Node } from "@unroll/core";
import { usersOf } from "./groups.ts";

/** Fewer nodes are not worth a box. */
const least = 3;

/**
 * Expressions: what nobody has named and only one node uses, together with that node, and so on up to what has a name,
 * several users, or is a result. The node at the end of each is the value of the map for all of them.
 *
 * `groups` says where nodes belong; an expression lies within one group, and in one pass.
 */
export function expressionsOf(
  graph: Graph,
  groups: ReadonlyMap<Node, readonly string[]>,
): ReadonlyMap<Node, Node> {
  const nodes = nodesOf(graph);
  const users = usersOf(nodes);
  const results = new Set(graph.outputs);
  const ends = new Map<Node, Node>();
  const place = (node: Node): string =>
    `${node.adjointOf !== undefined} ${groups.get(node)?.join(".") ?? ""}`;
  for (const node of nodes.toReversed()) {
    if (node.op.bodies) continue;
    const [user, ...others] = new Set(users.get(node));
    const isInner =
      user !== undefined &&
      others.length === 0 &&
      !user.op.bodies &&
      !node.outputs.some((y) => y.label !== undefined || results.has(y)) &&
      (node.inputs.length === 0 || place(node) === place(user));
    ends.set(node, isInner ? ends.get(user)! : node);
  }
  const sizes = Map.groupBy(ends, ([, end]) => end);
  return new Map([...ends].filter(([, end]) => sizes.get(end)!.length >= least));
}
