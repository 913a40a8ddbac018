import { nodesOf, rewrite, type Graph } from "../../graph/graph.ts";
import type { Node, Value } from "../../graph/node.ts";
import { everywhere, type Pass } from "../pass.ts";
import { closeLoop, openLoop, outputsOf, type Loop, type Results } from "./loop.ts";
import { Thinning } from "./thinning.ts";
import { Uses } from "./uses.ts";

/**
 * What costs little to compute again is not saved for all steps.
 *
 *     cs, rs, ys = scan xs                            cs, rs = scan xs
 *       c = x - mean(x)                                 c = x - mean(x)
 *       r = rsqrt(mean(c * c))                          r = rsqrt(mean(c * c))
 *       y = c * broadcastTo(r)                ->        y = c * broadcastTo(r)
 *     scan cs, ys                                     scan cs, rs
 *       ... c, y ...                                    y = c * broadcastTo(r)
 *                                                       ... c, y ...
 *
 * A derivative saves whatever it uses. Here a scan that runs along what another one emitted computes it by
 * itself, if that takes no more than movements and a few cheap instructions on rows that it reads anyway, or
 * on such as are much smaller. Bits stay as they are.
 */
export const recomputeResiduals: Pass = everywhere("recomputeResiduals", "inwards", (graph) => {
  const thinnings = findThinnings(graph);
  if (thinnings.size === 0) return graph;
  const producers = new Set([...thinnings.values()].map(({ producer }) => producer.node as Node));
  const made = new Map<Node, { readonly loop: Loop; readonly results: Results }>();
  return rewrite(graph, (node, inputs) => {
    const thinning = thinnings.get(node);
    if (!thinning && !producers.has(node)) return undefined;
    const opened = openLoop(node, inputs)!;
    const source = thinning && made.get(thinning.producer.node);
    const loop = source ? thinning.apply(opened, source.loop, source.results) : opened;
    const wanted = [...thinnings.values()].filter(({ producer }) => producer.node === node);
    const emitted = [...loop.emitted, ...wanted.flatMap(({ stored }) => [...stored])];
    const results = closeLoop({ ...loop, emitted });
    made.set(node, { loop: opened, results });
    return outputsOf(loop, results);
  });
});

/** For each scan that runs along what another one emits, what it could compute by itself. */
function findThinnings(graph: Graph): ReadonlyMap<Node, Thinning> {
  const uses = new Uses(graph);
  const isForScans = (outer: Value): boolean =>
    uses.usersOf(outer).length === uses.count(outer) && uses.usersOf(outer).every(({ op }) => op.bodies);
  const found = new Map<Node, Thinning>();
  for (const node of nodesOf(graph)) {
    const consumer = openLoop(node);
    const makers = new Set(consumer?.sequences.flatMap(({ outer }) => uses.maker(outer) ?? []));
    for (const maker of makers) {
      // What is thinned out has other values by then, of which nothing is known here.
      const producer = found.has(maker) || found.has(node) ? undefined : openLoop(maker);
      const thinning = producer && new Thinning(consumer!, producer, isForScans);
      if (thinning && thinning.removed.size > 0) found.set(node, thinning);
    }
  }
  return found;
}
