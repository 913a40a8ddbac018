import { applyOp, input, isValue, nodesOf, Tensor, type Graph, type Node, type Value } from "@unroll/core";

/** What becomes of the parts of a graph while it is copied. Absent: they stay. */
export interface Changes {
  /** Dtypes, numbers and tensors in types and attributes. */
  attribute?(x: unknown): unknown;
  operand?(x: Value, node: Node): Value;
  result?(y: Value): Value;
}

/**
 * A copy of a graph, and of the bodies inside of it, with changes.
 *
 * Attributes are plain records, so that dtypes, tensors and bodies are found in those of any op, whoever made it.
 */
export function copyGraph({ inputs, outputs }: Graph, changes: Changes): Graph {
  const copies = new Map<Value, Value>();
  const set = (x: Value, y: Value): void => {
    for (const label of x.labels) y.name(label);
    copies.set(x, y);
  };
  for (const x of inputs) set(x, input(copyAttribute(x.type, [], changes) as Value["type"]));
  for (const node of nodesOf({ inputs, outputs })) {
    const operands = node.inputs.map((x) => {
      const copy = copies.get(x)!;
      return changes.operand?.(copy, node) ?? copy;
    });
    const bodies = node.op.bodies?.(node.attrs) ?? [];
    const made = applyOp(node.op, operands, copyAttribute(node.attrs, bodies, changes));
    node.outputs.forEach((y, i) => set(y, changes.result?.(made[i]!) ?? made[i]!));
  }
  return { inputs: inputs.map((x) => copies.get(x)!), outputs: outputs.map((y) => copies.get(y)!) };
}

function copyAttribute(attribute: unknown, bodies: readonly Graph[], changes: Changes): unknown {
  if (bodies.includes(attribute as Graph)) return copyGraph(attribute as Graph, changes);
  const isLeaf = typeof attribute !== "object" || attribute === null || attribute instanceof Tensor;
  if (isLeaf) return changes.attribute?.(attribute) ?? attribute;
  if (isValue(attribute)) return attribute;
  if (Array.isArray(attribute)) return attribute.map((one) => copyAttribute(one, bodies, changes));
  const entries = Object.entries(attribute);
  return Object.fromEntries(entries.map(([key, one]) => [key, copyAttribute(one, bodies, changes)]));
}
