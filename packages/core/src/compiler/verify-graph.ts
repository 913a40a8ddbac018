import { InternalError } from "../tensor/error.ts";
import { formatType, sameType, type TensorType } from "../tensor/type.ts";
import { inputOp, nodesOf, type Graph } from "../graph/graph.ts";
import { describeValue, type Node, type Op } from "../graph/node.ts";
import { partsOf, type ScanAttrs } from "../scan/layout.ts";

/**
 * Check that a graph is legal, and the bodies inside of it:
 *
 * - no input is named twice, and nothing depends on an input that is none of its own: neither of another
 *   function, nor of a body that it is not in;
 * - outputs have the types that the op infers from the inputs;
 * - body and node of a scan agree: in the number of inputs and in their types, those of sequences without the
 *   axis of time, and a carry has the same type before, after and in every step.
 *
 * Throws: InternalError that names the pass, or whoever made the graph.
 */
export function verifyGraph(graph: Graph, madeBy: string): void {
  const check = (holds: boolean, what: () => string): void => {
    if (!holds) throw new InternalError(`${madeBy}: ${what()}`);
  };
  check(new Set(graph.inputs).size === graph.inputs.length, () => "an input is named twice");
  for (const node of nodesOf(graph)) {
    const { op, inputs, attrs, outputs } = node;
    check(op !== (inputOp as Op), () => `${describeValue(outputs[0]!)} is used out of its scope`);
    const types = op.infer(
      inputs.map((x) => x.type),
      attrs,
    );
    types.forEach((type, i) => checkType(check, `output ${i} of ${op.name}`, outputs[i]!.type, type));
    if (op.bodies) verifyScan(node as Node<ScanAttrs>, check, madeBy);
  }
}

type Check = (holds: boolean, what: () => string) => void;

const checkType = (check: Check, what: string, is: TensorType, wanted: TensorType): void =>
  check(sameType(is, wanted), () => `${what} is ${formatType(is)} and should be ${formatType(wanted)}`);

function verifyScan({ op, inputs, attrs }: Node<ScanAttrs>, check: Check, madeBy: string): void {
  const { body, carries, length } = attrs;
  const { name } = op;
  check(inputs.length === body.inputs.length, () => `${name} and its body differ in their numbers of inputs`);
  check(body.outputs.length >= carries, () => `the body of ${name} gives back too few of its carries`);
  const [given, inside] = [partsOf(attrs, inputs), partsOf(attrs, body.inputs)];
  inside.carries.forEach((x, i) => {
    checkType(check, `carry ${i} of ${name} after the step`, body.outputs[i]!.type, x.type);
    checkType(check, `carry ${i} of ${name} at the start`, given.carries[i]!.type, x.type);
  });
  inside.sequences.forEach(({ type: { dtype, shape } }, i) => {
    const type = { dtype, shape: [length, ...shape] };
    checkType(check, `sequence ${i} of ${name}`, given.sequences[i]!.type, type);
  });
  inside.captured.forEach(({ type }, i) =>
    checkType(check, `captured value ${i} of ${name}`, given.captured[i]!.type, type),
  );
  verifyGraph(body, madeBy);
}
