import { rewrite, rewriteValues, type Graph, type Visit } from "../../graph/graph.ts";
import { renew, type Node, type Value } from "../../graph/node.ts";
import type { Pass } from "../pass.ts";
import { keyOf, nameOf } from "./key.ts";
import { bodyOf, closeLoop, mapLoop, openLoop, outputsOf, type Given } from "./loop.ts";

/**
 * Equal nodes are one: the same op on the same inputs with equal attributes, scans with equal bodies
 * included.
 *
 *     a = mul(x, w)    c = add(a, b)            a = mul(x, w)    c = add(a, a)
 *     b = mul(x, w)                      ->
 *
 * What a body captures twice, or runs along twice, it has once. A random op is no exception: the same key
 * gives the same numbers, and that no key is used twice has been checked before. Bits stay as they are.
 */
export const eliminateCommon: Pass = { name: "eliminateCommon", run: shareEqual };

function shareEqual(graph: Graph): Graph {
  const common = new Common();
  return rewrite(graph, (node, inputs) => shareInLoop(node, inputs, common) ?? common.visit(node, inputs));
}

/** Nodes by what they compute. Values of several graphs can be numbered together. */
export class Common {
  readonly #known = new Map<string, readonly Value[]>();

  readonly visit = (node: Node, inputs: readonly Value[]): readonly Value[] => {
    const key = keyOf(node, inputs, nameOf);
    const known = this.#known.get(key);
    if (known) return known;
    const outputs = renew(node, inputs);
    this.#known.set(key, outputs);
    return outputs;
  };

  /** What the values of a graph are called here, when some of its inputs are values known before. */
  number(graph: Graph, given?: ReadonlyMap<Value, Value>): (x: Value) => Value {
    return rewriteValues(graph, this.visit, given);
  }
}

/**
 * A loop whose body has been gone through, and has every input and output once; undefined when it is that
 * already.
 */
function shareInLoop(node: Node, inputs: readonly Value[], common: Common): readonly Value[] | undefined {
  const loop = openLoop(node, inputs);
  if (!loop) return undefined;
  const inner = new Common();
  const visit: Visit = (each, xs) => shareInLoop(each, xs, inner) ?? inner.visit(each, xs);
  const given = new Map([...doubles(loop.sequences), ...doubles(loop.captured)]);
  const now = rewriteValues(bodyOf(loop), visit, given);
  const shared = mapLoop(loop, now);
  const isOld = bodyOf(loop).outputs.every((y) => now(y) === y);
  if (isOld && new Set(shared.emitted).size === shared.emitted.length) return undefined;
  // The loop that comes of it may be equal to one before it.
  return outputsOf(loop, closeLoop(shared), now).map((y) => common.visit(y.node, y.node.inputs)[y.index]!);
}

/** For every input that stands for the same value as one before it, that one. */
function* doubles(inputs: readonly Given[]): Iterable<readonly [Value, Value]> {
  const firsts = new Map<Value, Value>();
  for (const { inner, outer } of inputs) {
    const first = firsts.get(outer);
    if (first) yield [inner, first];
    else firsts.set(outer, inner);
  }
}
