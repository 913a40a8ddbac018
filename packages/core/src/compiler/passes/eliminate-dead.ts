import { nodesOf, rewrite, type Graph } from "../../graph/graph.ts";
import type { Node, Value } from "../../graph/node.ts";
import { everywhere, type Pass } from "../pass.ts";
import { bodyOf, closeLoop, openLoop, type Loop } from "./loop.ts";

/**
 * Scans without what nobody asks for. Nodes that lead nowhere are part of no graph anyway.
 *
 *     c, h, hs, is = scan c0, h0, xs                    h, hs = scan h0, xs
 *       c' = ..., h' = ..., i = ...              ->       h' = ...
 *     only hs is used, and h' needs no c
 *
 * An emitted value goes when no node uses its sequence. A carry goes when nobody uses its last value and no
 * other carry or emitted value that stays needs it: that it needs itself does not count.
 */
export const eliminateDead: Pass = everywhere("eliminateDead", "inwards", (graph) => {
  const kept = livingParts(graph);
  return rewrite(graph, (node, inputs) => {
    const parts = kept.get(node);
    if (!parts) return undefined;
    const loop = openLoop(node, inputs)!;
    const carries = loop.carries.filter(({ inner }) => parts.has(inner));
    const emitted = loop.emitted.filter((_, i) => parts.has(node.outputs[loop.carries.length + i]!));
    const isWhole = carries.length === loop.carries.length && emitted.length === loop.emitted.length;
    if (isWhole && !hasIdleInput(loop)) return undefined;
    const { last, rows } = closeLoop({ ...loop, carries, emitted });
    return [
      ...loop.carries.map(({ inner }) => (parts.has(inner) ? last(inner) : undefined)),
      ...loop.emitted.map((value) => (emitted.includes(value) ? rows(value) : undefined)),
    ];
  });
});

/**
 * For every scan that something needs, the carries (by what the step reads) and the outputs that it needs.
 */
function livingParts(graph: Graph): ReadonlyMap<Node, ReadonlySet<Value>> {
  const alive = new Set(graph.outputs);
  const kept = new Map<Node, ReadonlySet<Value>>();
  for (const node of nodesOf(graph).reverse()) {
    if (!node.outputs.some((y) => alive.has(y))) continue;
    const loop = openLoop(node);
    if (!loop) {
      for (const x of node.inputs) alive.add(x);
      continue;
    }
    const parts = living(loop, alive);
    kept.set(node, parts);
    const inputs = [...loop.carries, ...loop.sequences, ...loop.captured];
    for (const { inner, outer } of inputs) if (parts.has(inner)) alive.add(outer);
  }
  return kept;
}

/** Inputs of a body that what is alive outside needs, and the outputs that are. */
function living(loop: Loop, alive: ReadonlySet<Value>): ReadonlySet<Value> {
  const { outputs } = loop.node;
  const emitted = outputs.slice(loop.carries.length).filter((y) => alive.has(y));
  const carries = new Set(loop.carries.filter((_, i) => alive.has(outputs[i]!)));
  const { inputs } = bodyOf(loop);
  for (;;) {
    const needed = [
      ...emitted.map((y) => loop.emitted[y.index - loop.carries.length]!),
      ...[...carries].map(({ next }) => next),
    ];
    const used = new Set([...needed, ...nodesOf({ inputs, outputs: needed }).flatMap((node) => node.inputs)]);
    const found = loop.carries.filter((carry) => !carries.has(carry) && used.has(carry.inner));
    if (found.length === 0) {
      const read = inputs.filter((x) => used.has(x));
      return new Set([...read, ...[...carries].map(({ inner }) => inner), ...emitted]);
    }
    for (const carry of found) carries.add(carry);
  }
}

function hasIdleInput(loop: Loop): boolean {
  const body = bodyOf(loop);
  const used = new Set([...body.outputs, ...nodesOf(body).flatMap(({ inputs }) => inputs)]);
  return [...loop.sequences, ...loop.captured].some(({ inner }) => !used.has(inner));
}
