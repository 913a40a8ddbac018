import { dependents, input, nodesOf, rewriteValues, type Graph } from "../../graph/graph.ts";
import type { Node, Value } from "../../graph/node.ts";
import { everywhere, type Pass } from "../pass.ts";
import { Common } from "./eliminate-common.ts";
import { bodyOf, closeLoop, mapLoop, openLoop, outputsOf, type Given, type Loop } from "./loop.ts";

/**
 * Scans that carry the same state are one scan, which emits what each of them does.
 *
 *     c, h, hs         = scan c0, h0, xs           c, h, hs, gates = scan c0, h0, xs
 *     c, h, hs, gates  = scan c0, h0, xs     ->
 *
 * A derivative makes them: the forward scan, and the same one emitting residuals too. So does `watch`, and
 * whoever runs a cell twice. Of each two, neither may need the other. Bits stay as they are.
 */
export const mergeScans: Pass = everywhere("mergeScans", "inwards", (graph) => {
  let current = graph;
  for (let pair = findPair(current); pair; pair = findPair(current)) current = replaceBoth(current, pair);
  return current;
});

/** Two loops in one: what becomes of the values of each body. */
interface Pair {
  readonly first: Loop;
  readonly second: Loop;
  readonly merged: Loop;
  readonly ofFirst: (x: Value) => Value;
  readonly ofSecond: (x: Value) => Value;
}

function findPair(graph: Graph): Pair | undefined {
  const nodes = nodesOf(graph);
  const loops = nodes.flatMap((node) => openLoop(node) ?? []);
  for (const [i, second] of loops.entries()) {
    for (const first of loops.slice(0, i)) {
      if (!runAlike(first, second)) continue;
      const after = dependents(nodes, first.node.outputs);
      const pair = second.node.inputs.some((x) => after.has(x)) ? undefined : merge(first, second);
      if (pair) return pair;
    }
  }
  return undefined;
}

/**
 * Whether two loops start from the same state and run the same way; without a state, along a common sequence.
 */
function runAlike(a: Loop, b: Loop): boolean {
  const [p, q] = [a.node, b.node];
  if (p.op !== q.op || p.attrs.length !== q.attrs.length || p.attrs.reverse !== q.attrs.reverse) return false;
  if (a.carries.length !== b.carries.length) return false;
  if (a.carries.length > 0) return a.carries.every(({ outer }, i) => outer === b.carries[i]!.outer);
  return a.sequences.some(({ outer }) => b.sequences.some((other) => other.outer === outer));
}

/** The second loop on the inputs of the first; undefined unless their states stay the same in every step. */
function merge(first: Loop, second: Loop): Pair | undefined {
  const common = new Common();
  const ofFirst = common.number(bodyOf(first));
  const given = new Map<Value, Value>();
  second.carries.forEach(({ inner }, i) => given.set(inner, first.carries[i]!.inner));
  const sequences = joined(first.sequences, second.sequences, given);
  const captured = joined(first.captured, second.captured, given);
  const ofSecond = common.number(bodyOf(second), given);
  const next = (loop: Loop, now: (x: Value) => Value): Value[] =>
    loop.carries.map((carry) => now(carry.next));
  const nexts = next(second, ofSecond);
  if (!next(first, ofFirst).every((x, i) => x === nexts[i])) return undefined;
  const emitted = [...first.emitted.map(ofFirst), ...second.emitted.map(ofSecond)];
  const merged = { ...mapLoop(first, ofFirst), sequences, captured, emitted };
  const apart = nodesOf(bodyOf(first)).length + nodesOf(bodyOf(second)).length;
  const shares = first.carries.length > 0 || nodesOf(bodyOf(merged)).length < apart;
  return shares ? { first, second, merged, ofFirst, ofSecond } : undefined;
}

/**
 * The inputs of two bodies, each once. `given` takes down what stands for those of the second: an input of
 * the first, or a new one, because the bodies may use one value for different things.
 */
function joined(first: readonly Given[], second: readonly Given[], given: Map<Value, Value>): Given[] {
  const all = [...first];
  for (const { inner, outer } of second) {
    let same = all.find((other) => other.outer === outer);
    if (!same) {
      same = { inner: input(inner.type, inner.label), outer };
      all.push(same);
    }
    given.set(inner, same.inner);
  }
  return all;
}

/** The graph with the merged loop in the place of the first, after all that the second needs. */
function replaceBoth(graph: Graph, { first, second, merged, ofFirst, ofSecond }: Pair): Graph {
  const before = new Set(nodesOf({ inputs: graph.inputs, outputs: second.node.inputs }));
  const order = [...before, ...nodesOf(graph).filter((node) => !before.has(node))];
  let replacements = new Map<Node, readonly Value[]>();
  const current = rewriteValues(
    graph,
    (node, _, now) => {
      if (node === (first.node as Node)) {
        const move = ({ inner, outer }: Given): Given => ({ inner, outer: now(outer) });
        const results = closeLoop({
          ...merged,
          carries: merged.carries.map((carry) => ({ ...carry, ...move(carry) })),
          sequences: merged.sequences.map(move),
          captured: merged.captured.map(move),
        });
        const last = (inner: Value): Value => results.last(ofSecond(inner));
        replacements = new Map([
          [first.node as Node, outputsOf(first, results, ofFirst)],
          [second.node as Node, outputsOf(second, { ...results, last }, ofSecond)],
        ]);
      }
      return replacements.get(node);
    },
    new Map(),
    order,
  );
  return { inputs: graph.inputs, outputs: graph.outputs.map(current) };
}
