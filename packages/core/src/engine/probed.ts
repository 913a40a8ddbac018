import { isFloat } from "../tensor/type.ts";
import { input, rewriteValues, type Graph } from "../graph/graph.ts";
import { insideBodies, renew, type Node, type Value } from "../graph/node.ts";
import { add } from "../ops/arithmetic.ts";
import { full } from "../ops/full.ts";
import { applyScan, partsOf, type ScanAttrs } from "../scan/layout.ts";
import { scanOp } from "../scan/scan.ts";

/** A zero that is added to a labelled value. */
export interface Probe {
  /** The labels of the value. */
  readonly labels: readonly string[];
  /** Shapes: that of the value; inside of scans with axes of time before it, the outermost scan's first. */
  readonly value: Value;
  /** How many of the axes are of time. */
  readonly depth: number;
}

/** The same loss, and a zero for every labelled value of floats that it depends on. */
export interface Probed {
  readonly loss: Value;
  /** In the order in which the values were made. */
  readonly probes: readonly Probe[];
}

/**
 * A loss in which a zero is added to every labelled value: what `watch` is for values, this is for their gradients.
 *
 * The loss is the same number, and its gradient by a probe is that by the value, at every step of the scans around it.
 *
 *     const { loss, probes } = probed(lossOf(params, x));
 *     gradient(loss, probes.map(({ value }) => value)); // dL/dh of all steps, for label({ h })
 */
export function probed(loss: Value): Probed {
  const open: OpenProbe[] = [];
  const { outputs } = insideBodies(() => level({ inputs: [], outputs: [loss] }, open, "outside"));
  const probes = open.sort((a, b) => a.order - b.order);
  return { loss: outputs[0]!, probes: probes.map(({ labels, at, depth }) => ({ labels, value: at, depth })) };
}

/** A probe on its way out of scans. */
interface OpenProbe {
  readonly labels: readonly string[];
  readonly order: number;
  /** What is added, as it is called on the level that has been reached. */
  readonly at: Value;
  readonly depth: number;
}

/** A graph with probes, which are inputs of a body, and zeros outside of all. */
function level(closed: Graph, open: OpenProbe[], where: "body" | "outside"): Graph {
  const probe = (of: Omit<OpenProbe, "at" | "depth">, like: Value["type"], depth: number): Value => {
    const at = where === "body" ? input(like) : full(0, like);
    open.push({ ...of, at, depth });
    return at;
  };
  const current = rewriteValues(closed, (node, inputs) => {
    const made = node.op.bodies ? scanWithProbes(node as Node<ScanAttrs>, inputs, probe) : undefined;
    const outputs = made ?? renew(node, inputs);
    return node.outputs.map((y, i) => {
      if (y.labels.length === 0 || !isFloat(y.type.dtype) || node.inputs.length === 0) return outputs[i];
      return add(outputs[i]!, probe({ labels: y.labels, order: node.id }, y.type, 0));
    });
  });
  return { ...closed, outputs: closed.outputs.map(current) };
}

/** A scan whose body has probes: what they add at every step comes in as sequences. */
function scanWithProbes(
  node: Node<ScanAttrs>,
  inputs: readonly Value[],
  probe: (of: Omit<OpenProbe, "at" | "depth">, like: Value["type"], depth: number) => Value,
): readonly Value[] {
  const { body, carries, length, reverse } = node.attrs;
  const inside: OpenProbe[] = [];
  const { outputs } = level(body, inside, "body");
  const rows = inside.map(({ at }) => at);
  const sequences = inside.map(({ labels, order, at, depth }) => {
    const like = { dtype: at.type.dtype, shape: [length, ...at.shape] };
    return probe({ labels, order }, like, depth + 1);
  });
  const [inner, outer] = [partsOf(node.attrs, body.inputs), partsOf(node.attrs, inputs)];
  const { last, emitted } = applyScan(
    scanOp,
    {
      inputs: { ...inner, sequences: [...inner.sequences, ...rows] },
      next: outputs.slice(0, carries),
      emitted: outputs.slice(carries),
    },
    { ...outer, sequences: [...outer.sequences, ...sequences] },
    { length, reverse },
  );
  return [...last, ...emitted];
}
