import type { Origin } from "../ir/program.ts";
import { describeValue, type Node } from "./node.ts";

/** How reports speak of a node: `mul: x f32[3], y f32[3] (backward of tanh, model.ts:12)`. */
export function originOf({ reportedAs, op, inputs, adjointOf, source }: Node): Origin {
  // Of a derivative the reader knows the line that is differentiated, not the one that called gradient.
  const line = adjointOf?.source ?? source;
  const notes = [...(adjointOf ? [`backward of ${adjointOf.op.name}`] : []), ...(line ? [line] : [])];
  const operands = inputs.length > 0 ? `: ${inputs.map(describeValue).join(", ")}` : "";
  return {
    node: reportedAs,
    op: op.name,
    text: op.name + operands + (notes.length > 0 ? ` (${notes.join(", ")})` : ""),
    ...(line !== undefined && { source: line }),
  };
}
