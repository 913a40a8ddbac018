import {
  applyOp,
  cast,
  fromArray,
  input,
  isValue,
  nodesOf,
  Tensor,
  type Graph,
  type Value,
} from "@unroll/core";

/**
 * The same graph in f64: every f32 in it, and in the bodies of its scans, becomes f64.
 *
 * What a graph computes in f32 on one engine can so be compared with what it should have computed. A derivative is
 * taken before widening: rules like that of `customGradient` may mention values from outside of the graph.
 *
 *     const exact = widen(graph(inputs, outputs));
 */
export function widen({ inputs, outputs }: Graph): Graph {
  const wide = new Map<Value, Value>();
  const set = (x: Value, y: Value): void => {
    for (const label of x.labels) y.name(label);
    wide.set(x, y);
  };
  for (const x of inputs) set(x, input(widenAttribute(x.type, [])));
  for (const node of nodesOf({ inputs, outputs })) {
    const bodies = node.op.bodies?.(node.attrs) ?? [];
    const made = applyOp(
      node.op,
      node.inputs.map((x) => wide.get(x)!),
      widenAttribute(node.attrs, bodies),
    );
    // An op may give f32 whatever it is given; its result is exact then, as random bits are.
    node.outputs.forEach((y, i) => set(y, made[i]!.type.dtype === "f32" ? cast(made[i]!, "f64") : made[i]!));
  }
  return { inputs: inputs.map((x) => wide.get(x)!), outputs: outputs.map((y) => wide.get(y)!) };
}

/** Attributes are plain records, so that dtypes, tensors and bodies are found in those of any op. */
function widenAttribute<T>(attribute: T, bodies: readonly Graph[]): T {
  return widened(attribute, bodies) as T;
}

function widened(attribute: unknown, bodies: readonly Graph[]): unknown {
  if (attribute === "f32") return "f64";
  if (attribute instanceof Tensor) return widenTensor(attribute);
  if (typeof attribute !== "object" || attribute === null || isValue(attribute)) return attribute;
  if (bodies.includes(attribute as Graph)) return widen(attribute as Graph);
  if (Array.isArray(attribute)) return attribute.map((one) => widened(one, bodies));
  return Object.fromEntries(Object.entries(attribute).map(([key, one]) => [key, widened(one, bodies)]));
}

/** The same numbers in f64; a tensor of another dtype than f32 stays as it is. */
export function widenTensor(x: Tensor): Tensor {
  if (x.type.dtype !== "f32") return x;
  return fromArray({ dtype: "f64", shape: x.shape }, Float64Array.from(x.data));
}
