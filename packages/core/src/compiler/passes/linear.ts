import { isFloat } from "../../tensor/type.ts";
import type { Instruction } from "../../ir/instruction.ts";
import type { Node } from "../../graph/node.ts";
import { scalarRule } from "./scalar-form.ts";

/**
 * Whether the outputs of a node are linear in those of its inputs that are `varying`, taken together: then
 * the sum of what it gives is what it gives for the sums.
 */
export function isLinear(node: Node, varying: readonly boolean[]): boolean {
  const { lower, traits = {} } = node.op;
  if ("view" in lower) return true;
  if ("scalar" in lower) return isLinearAtPoint(node, varying);
  const { contraction, total, gather, scatter, padding } = traits;
  if (contraction) return varying.filter(Boolean).length === 1;
  if (gather ?? scatter) return !varying[1];
  return total !== undefined || padding?.(node.attrs) !== undefined;
}

/**
 * How an instruction depends on what varies: not at all, linearly, or somehow. Zero can be taken for linear.
 */
type Dependence = "zero" | "fixed" | "linear" | "other";

function isLinearAtPoint(node: Node, varying: readonly boolean[]): boolean {
  const { body, result } = scalarRule(node);
  const divides = isFloat(node.outputs[0]!.type.dtype);
  const known: Dependence[] = [];
  for (const i of body) {
    if (i.op === "read") known.push(varying[i.operand] ? "linear" : "fixed");
    else known.push(dependence(i, known, divides));
  }
  return known[result] === "linear";
}

function dependence(i: Instruction, known: readonly Dependence[], divides: boolean): Dependence {
  if (i.op === "constant") return i.value === 0 ? "zero" : "fixed";
  if (!("x" in i)) return "fixed";
  const x = known[i.x]!;
  const y = "y" in i ? known[i.y]! : "fixed";
  if (i.op === "select") return isFixed(known[i.when]!) ? joined(x, y) : "other";
  const isAllFixed = isFixed(x) && isFixed(y);
  switch (i.op) {
    case "negate":
      return x;
    case "add":
    case "subtract":
      return joined(x, y);
    case "multiply":
      if (isAllFixed) return "fixed";
      return isFixed(x) || isFixed(y) ? joined(isFixed(x) ? y : x, "linear") : "other";
    case "divide":
      return isAllFixed ? "fixed" : divides && isFixed(y) ? x : "other";
    default:
      // A cast too: what it rounds or cuts off differs between a sum and its terms.
      return isAllFixed && i.op !== "fma" && i.op !== "scale" ? "fixed" : "other";
  }
}

const isFixed = (x: Dependence): boolean => x === "zero" || x === "fixed";

/** What a sum, or a choice, of two depends on. */
function joined(x: Dependence, y: Dependence): Dependence {
  if (x === "zero" && y === "zero") return "zero";
  if (isFixed(x) && isFixed(y)) return "fixed";
  return [x, y].every((of) => of === "linear" || of === "zero") ? "linear" : "other";
}
