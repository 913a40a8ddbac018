import { KeyError } from "../tensor/error.ts";
import { nodesOf, type Graph } from "../graph/graph.ts";
import type { Node, Value } from "../graph/node.ts";
import { partsOf, type ScanAttrs } from "../scan/layout.ts";

/**
 * Check that every random key feeds one random op, or one fork.
 *
 * A key used twice gives correlated draws without a sign, and nothing but this check can find it. Uses are counted by
 * the nodes of bodies: the forward scan, and the one that also saves residuals, share theirs and are one use.
 *
 * Throws: KeyError naming the key and both uses.
 */
export function checkKeys(graph: Graph): void {
  usesOf(graph);
}

/** Keys among the inputs of a graph that it uses up, and the ops that do. */
export function usesOf(graph: Graph): ReadonlyMap<Value, ReadonlySet<Node>> {
  const uses = new Map<Value, Set<Node>>();
  const use = (key: Value, by: Node): void => {
    const users = uses.get(key) ?? new Set<Node>();
    uses.set(key, users.add(by));
    if (users.size > 1) throw usedTwice(key, [...users]);
  };
  for (const node of nodesOf(graph)) {
    if (node.op.key !== undefined) use(node.inputs[node.op.key]!, node);
    for (const body of node.op.bodies?.(node.attrs) ?? []) {
      for (const [key, users] of usesOf(body)) {
        const position = body.inputs.indexOf(key);
        if (position < 0) continue;
        const captured = partsOf(node.attrs as ScanAttrs, body.inputs).captured.includes(key);
        for (const user of users) {
          if (captured) throw usedAtEveryStep(key, user, node);
          use(node.inputs[position]!, user);
        }
      }
    }
  }
  return uses;
}

const nameOf = (key: Value): string => key.label ?? "a key";

const placeOf = ({ op, source }: Node): string => (source ? `${op.name} (${source})` : op.name);

const usedTwice = (key: Value, [first, second]: readonly Node[]): KeyError =>
  new KeyError(
    `random: ${nameOf(key)} is used by ${placeOf(first!)} and by ${placeOf(second!)}.`,
    "Fork it first.",
  );

const usedAtEveryStep = (key: Value, user: Node, loop: Node): KeyError =>
  new KeyError(
    `random: ${nameOf(key)} comes from outside of a ${loop.op.name} and is used by ${placeOf(user)} at every step.`,
    "Fork it once per step with forkEach and pass the keys as a sequence, or draw before the scan for one mask per sequence.",
  );
