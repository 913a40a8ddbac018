import { dependents, nodesOf, rewrite } from "../../graph/graph.ts";
import type { Value } from "../../graph/node.ts";
import { everywhere, type Pass } from "../pass.ts";
import { bodyOf, closeLoop, lifted, openLoop, outputsOf, type Loop } from "./loop.ts";

/**
 * What does not change inside a scan is computed before it.
 *
 *     scan xs, captured v, b                          g = tanh(v)
 *       w = tanh(v)                                   scan xs, captured g, b
 *       y = x * w + broadcastTo(b)          ->          y = x * g + broadcastTo(b)
 *
 * That is: nodes of a body that depend on captured values only, whole scans among them. Movements stay, as
 * they cost nothing where they are used, and so does what is elementwise and made of constants alone. Bits
 * stay as they are.
 */
export const hoistInvariant: Pass = everywhere("hoistInvariant", "outwards", (graph) =>
  rewrite(graph, (node, inputs) => {
    const loop = openLoop(node, inputs);
    const hoisted = loop ? [...invariant(loop)] : [];
    if (!loop || hoisted.length === 0) return undefined;
    const outside = lifted(loop, hoisted);
    const captured = [...loop.captured, ...hoisted.map((inner) => ({ inner, outer: outside(inner) }))];
    // The body is cut at these values: they are inputs now.
    return outputsOf(loop, closeLoop({ ...loop, captured }));
  }),
);

/** Values that are the same at every step, cost something, and are used by what is not. */
function invariant(loop: Loop): ReadonlySet<Value> {
  const body = bodyOf(loop);
  const nodes = nodesOf(body);
  const made = new Set(nodes);
  const inputs = new Set(body.inputs);
  const given = (list: Loop["captured"]): Value[] => list.map(({ inner }) => inner);
  const varying = dependents(nodes, [...given(loop.carries), ...given(loop.sequences)]);
  const fromOutside = dependents(nodes, given(loop.captured));
  const found = new Set<Value>();
  const use = (x: Value): void => {
    const { node } = x;
    if (varying.has(x) || inputs.has(x) || !made.has(node) || node.inputs.length === 0) return;
    if ("view" in node.op.lower) node.inputs.forEach(use);
    else if (fromOutside.has(x) || !("scalar" in node.op.lower)) for (const y of node.outputs) found.add(y);
  };
  for (const node of nodes) {
    if (node.inputs.some((x) => varying.has(x))) node.inputs.forEach(use);
  }
  // Not `varying` themselves when nothing is carried or run along.
  body.outputs.forEach(use);
  return found;
}
