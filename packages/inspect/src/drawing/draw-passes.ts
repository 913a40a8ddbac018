import { nodesOf, stages, type Graph, type Node } from "@unroll/core";
import { draw, type Drawing, type DrawOptions } from "./draw.ts";
import { added, removed } from "./palette.ts";

/** What one pass has done, drawn. */
export interface PassDrawing {
  /** The name of the pass. */
  readonly name: string;
  /** The graph before, with what the pass takes away in red. */
  readonly before: Drawing;
  /** The graph after, with what the pass has made in green. */
  readonly after: Drawing;
}

/**
 * The compiler's story in pictures: for each pass that changes the graph, the graph before and after it.
 *
 * `explain(graph)` of core tells the same in numbers of nodes.
 *
 *     for (const { name, before, after } of drawPasses(trace(loss, params, x))) writeFileSync(`${name}.svg`, after.svg);
 */
export function drawPasses(graph: Graph, options: DrawOptions = {}): readonly PassDrawing[] {
  const found = stages(graph);
  return found.slice(1).map(({ name, graph: after }, i) => {
    const before = found[i]!.graph;
    const [old, now] = [keysOf(before), keysOf(after)];
    return {
      name,
      before: draw(before, { ...options, mark: (node) => (now.has(keyOf(node)) ? undefined : removed) }),
      after: draw(after, { ...options, mark: (node) => (old.has(keyOf(node)) ? undefined : added) }),
    };
  });
}

/** A node that a pass has applied anew, to other inputs, is still the same one: it stands in the old one's place. */
const keyOf = ({ reportedAs, op }: Node): string => `${reportedAs} ${op.name}`;

/** The nodes of a graph and of the bodies inside of it. */
function keysOf(graph: Graph): ReadonlySet<string> {
  const nodes = nodesOf(graph);
  const bodies = nodes.flatMap(({ op, attrs }) => op.bodies?.(attrs) ?? []);
  return new Set([...nodes.map(keyOf), ...bodies.flatMap((body) => [...keysOf(body)])]);
}
