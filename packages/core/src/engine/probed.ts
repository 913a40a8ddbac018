import { isFloat, sameType, type TensorType } from "../tensor/type.ts";
import { input, inputOp, rewriteValues, type Graph } from "../graph/graph.ts";
import { insideBodies, renew, type Node, type Op, type Value } from "../graph/node.ts";
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
  const probes = open
    .sort((a, b) => a.of.node.id - b.of.node.id || a.of.index - b.of.index)
    .map(({ of, at, depth }) => ({ labels: of.labels, value: at, depth }));
  return { loss: outputs[0]!, probes };
}

/** A probe on its way out of scans. */
interface OpenProbe {
  /** The labelled value. */
  readonly of: Value;
  /** What is added, as it is called on the level that has been reached. */
  readonly at: Value;
  readonly depth: number;
}

/** The probe of a labelled value, or of one inside of a scan, on a level. */
type Ask = (of: Value, type: TensorType, depth: number) => Value;

/** A graph with probes, which are inputs of a body, and zeros outside of all. */
function level(closed: Graph, open: OpenProbe[], where: "body" | "outside"): Graph {
  const ask: Ask = (of, type, depth) => {
    // Scans may share a body: what the derivative runs again is the same value, and has the same probe.
    const known = open.find((probe) => probe.of === of && sameType(probe.at.type, type));
    if (known) return known.at;
    const at = where === "body" ? input(type) : full(0, type);
    open.push({ of, at, depth });
    return at;
  };
  const current = rewriteValues(closed, (node, inputs) => {
    const made = node.op.bodies ? scanWithProbes(node as Node<ScanAttrs>, inputs, ask) : undefined;
    const outputs = made ?? renew(node, inputs);
    return node.outputs.map((y, i) => (isProbed(y) ? add(outputs[i]!, ask(y, y.type, 0)) : outputs[i]));
  });
  return { ...closed, outputs: closed.outputs.map(current) };
}

const isProbed = ({ labels, type, node }: Value): boolean =>
  labels.length > 0 && isFloat(type.dtype) && node.op !== (inputOp as Op);

/** A scan whose body has probes: what they add at every step comes in as sequences. */
function scanWithProbes(node: Node<ScanAttrs>, inputs: readonly Value[], ask: Ask): readonly Value[] {
  const { body, carries, length, reverse } = node.attrs;
  const inside: OpenProbe[] = [];
  const { outputs } = level(body, inside, "body");
  const rows = inside.map(({ at }) => at);
  const sequences = inside.map(({ of, at, depth }) =>
    ask(of, { dtype: at.type.dtype, shape: [length, ...at.shape] }, depth + 1),
  );
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
