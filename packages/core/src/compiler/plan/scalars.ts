import { InternalError } from "../../tensor/error.ts";
import type { Expr, Scalar } from "../../ir/scalar.ts";
import type { Node, Value } from "../../graph/node.ts";
import { isGenerator } from "./unit.ts";

/** What elementwise nodes, and whoever reads their results, need from elsewhere. */
export function operandsOf(nodes: readonly Node[], readers: readonly Value[] = []): readonly Value[] {
  const made = new Set(nodes.map((node) => node.outputs[0]!));
  const read = [...nodes.flatMap((node) => node.inputs), ...readers];
  return [...new Set(read.filter((x) => !made.has(x) && !isGenerator(x.node)))];
}

/** Write the scalars of elementwise nodes; gives the scalar of any value among them or their operands. */
export function compute(
  s: Scalar,
  nodes: readonly Node[],
  operands: readonly Value[],
  reads: readonly Expr[],
): (x: Value) => Expr {
  const exprs = new Map<Value, Expr>(operands.map((x, i) => [x, reads[i]!]));
  const exprOf = (x: Value): Expr => exprs.get(x) ?? generate(s, x);
  for (const { op, inputs, outputs, attrs } of nodes) {
    if (!("scalar" in op.lower)) throw new InternalError(`${op.name} is in a map and is not elementwise`);
    exprs.set(outputs[0]!, op.lower.scalar(s, inputs.map(exprOf), attrs, outputs[0]!.type));
  }
  return exprOf;
}

/** The scalar of a value that needs no operand. */
export function generate(s: Scalar, x: Value): Expr {
  const { lower } = x.node.op;
  if (!("scalar" in lower)) throw new InternalError(`${x.node.op.name} is no generator`);
  return lower.scalar(s, [], x.node.attrs, x.type);
}
