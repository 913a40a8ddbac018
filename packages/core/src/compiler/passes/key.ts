import { nodesOf, type Graph } from "../../graph/graph.ts";
import type { Node, Value } from "../../graph/node.ts";

/**
 * What a node computes, as text: its op, its attributes, and its inputs by the names that `nameOf` gives
 * them. Nodes with equal texts are equal.
 */
export function keyOf({ op, attrs }: Node, inputs: readonly Value[], nameOf: (x: Value) => string): string {
  const bodies = op.bodies?.(attrs) ?? [];
  return `${identity(op)} ${write(attrs, bodies)} ${inputs.map(nameOf).join(" ")}`;
}

/** The name of a value that is like no other. */
export const nameOf = ({ node, index }: Value): string => `${node.id}.${index}`;

/**
 * Attributes are plain records; whatever else is in them (functions, tensors, values) is equal to itself
 * alone.
 */
function write(x: unknown, bodies: readonly Graph[]): string {
  if (typeof x === "number") return Object.is(x, -0) ? "-0" : String(x);
  if (typeof x === "string") return JSON.stringify(x);
  if (typeof x === "function") return identity(x);
  if (typeof x !== "object" || x === null) return String(x);
  if (bodies.includes(x as Graph)) return writeGraph(x as Graph);
  if (Array.isArray(x)) return `[${x.map((one) => write(one, bodies)).join()}]`;
  if (Object.getPrototypeOf(x) !== Object.prototype) return identity(x);
  return `{${Object.entries(x)
    .map(([key, value]) => `${key}:${write(value, bodies)}`)
    .join()}}`;
}

/**
 * A graph by what its outputs are made of: equal for graphs that differ in nothing but which nodes they are.
 */
function writeGraph({ inputs, outputs }: Graph): string {
  const names = new Map<Value, string>(inputs.map((x, i) => [x, `in${i}`]));
  const lines: string[] = [];
  const name = (x: Value): string => names.get(x)!;
  const number = (node: Node): void => {
    for (const y of node.outputs) if (!names.has(y)) names.set(y, `${lines.length}.${y.index}`);
    lines.push(keyOf(node, node.inputs, name));
  };
  const inside = new Set(nodesOf({ inputs, outputs }));
  const stack = outputs.map(({ node }) => node).reverse();
  // Depth first from the outputs: unlike ids, this order says nothing about when nodes were made.
  for (let node = stack.at(-1); node; node = stack.at(-1)) {
    const missing = inside.has(node) ? node.inputs.filter((x) => !names.has(x)) : [];
    stack.push(...missing.map((x) => x.node).reverse());
    if (missing.length > 0) continue;
    stack.pop();
    if (inside.delete(node)) number(node);
  }
  return `(${inputs.map(({ type }) => write(type, []))}) {${lines.join("; ")}} (${outputs.map(name)})`;
}

const identities = new WeakMap<object, string>();
let objects = 0;

function identity(x: object): string {
  const known = identities.get(x) ?? `#${objects++}`;
  identities.set(x, known);
  return known;
}
