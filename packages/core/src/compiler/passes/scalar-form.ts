import { formatType, isFloat, type DType } from "../../tensor/type.ts";
import { dtypesOf, exactJson, type Body, type Instruction } from "../../ir/instruction.ts";
import { Scalar } from "../../ir/scalar.ts";
import type { Node, Op, Value } from "../../graph/node.ts";
import { compute, convert, neutralOf, round } from "./arithmetic.ts";

/** What is known of a value at a point: its number, or how it comes of one or two others. */
export type Form =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "multiple"; readonly by: number; readonly x: Value }
  | { readonly kind: "sum" | "difference"; readonly x: Value; readonly y: Value };

/** A value as itself. */
export const itself = (x: Value): Form => ({ kind: "multiple", by: 1, x });

const number = (value: number): Form => ({ kind: "number", value });

/**
 * What an elementwise node makes of inputs of these forms, by its own scalar rule: so `mul(x, 1)`, and
 * whatever a user's op does that comes to the same, is x. Undefined: nothing simpler than the node itself.
 */
export function formOf(node: Node, inputs: readonly Form[]): Form | undefined {
  const { body, result } = scalarRule(node);
  const dtypes = dtypesOf(
    body,
    node.inputs.map((x) => x.type.dtype),
  );
  const forms: (Form | undefined)[] = [];
  for (const [i, instruction] of body.entries()) {
    forms.push(instructionForm(instruction, forms, dtypes, inputs, dtypes[i]!));
  }
  return forms[result];
}

function instructionForm(
  i: Instruction,
  forms: readonly (Form | undefined)[],
  dtypes: readonly DType[],
  inputs: readonly Form[],
  dtype: DType,
): Form | undefined {
  switch (i.op) {
    case "read":
      return inputs[i.operand];
    case "constant":
      return number(round(i.value, dtype));
    case "cast": {
      const x = forms[i.x];
      return x?.kind === "number" ? number(convert(x.value, dtype)) : undefined;
    }
    case "select":
      return select(forms[i.when], forms[i.x], forms[i.y]);
    case "negate":
      return negate(forms[i.x], dtype);
    default:
      if (!("x" in i)) return undefined;
      return "y" in i
        ? binary(i.op, forms[i.x], forms[i.y], dtypes[i.x]!)
        : unary(i.op, forms[i.x], dtypes[i.x]!);
  }
}

const select = (when: Form | undefined, x: Form | undefined, y: Form | undefined): Form | undefined => {
  if (when?.kind === "number") return when.value === 0 ? y : x;
  return x && y && same(x, y) ? x : undefined;
};

const same = (a: Form, b: Form): boolean =>
  a.kind === "multiple"
    ? b.kind === "multiple" && a.x === b.x && a.by === b.by
    : a.kind === "number" && b.kind === "number" && Object.is(a.value, b.value);

const negate = (x: Form | undefined, dtype: DType): Form | undefined =>
  x?.kind === "multiple" ? times(-1, x, dtype) : unary("negate", x, dtype);

function unary(op: string, x: Form | undefined, dtype: DType): Form | undefined {
  if (x?.kind !== "number") return undefined;
  const value = compute(op, dtype, [x.value]);
  return value === undefined ? undefined : number(value);
}

function binary(op: string, x: Form | undefined, y: Form | undefined, dtype: DType): Form | undefined {
  if (!x || !y) return undefined;
  if (x.kind === "number" && y.kind === "number") {
    const value = compute(op, dtype, [x.value, y.value]);
    return value === undefined ? undefined : number(value);
  }
  const { left, right } = neutralOf(op, dtype);
  if (x.kind === "number" && x.value === left) return y;
  if (y.kind === "number" && y.value === right) return x;
  if (op === "multiply" && x.kind === "number") return times(x.value, y, dtype);
  if (op === "multiply" && y.kind === "number") return times(y.value, x, dtype);
  if (op === "add" || op === "subtract") return combine(op, x, y, dtype);
  return undefined;
}

/** c (b x) = (c b) x, as long as neither overflow nor underflow comes of the one and not of the other. */
function times(by: number, form: Form, dtype: DType): Form | undefined {
  if (form.kind !== "multiple") return undefined;
  const product = compute("multiply", dtype, [by, form.by])!;
  const sizes = [by, form.by, product].map(Math.abs);
  const isSafe = !isFloat(dtype) || sizes.every((size) => size > 2 ** -60 && size < 2 ** 60);
  return isSafe || form.by === 1 ? { kind: "multiple", by: product, x: form.x } : undefined;
}

/** x + x = 2 x, x + (-y) = x - y, x - (-y) = x + y. */
function combine(op: "add" | "subtract", a: Form, b: Form, dtype: DType): Form | undefined {
  if (a.kind !== "multiple" || b.kind !== "multiple") return undefined;
  if (op === "add" && same(a, b)) return times(2, a, dtype);
  if (a.by === 1 && b.by === -1) return { kind: op === "add" ? "difference" : "sum", x: a.x, y: b.x };
  if (a.by === -1 && b.by === 1 && op === "add") return { kind: "difference", x: b.x, y: a.x };
  return undefined;
}

/** The scalar rule of an op as instructions, and which of them is the result. */
export interface ScalarRule {
  readonly body: Body;
  readonly result: number;
}

const rules = new WeakMap<Op, Map<string, ScalarRule>>();

/** The scalar rule of an elementwise node, read once for all nodes like it. */
export function scalarRule(node: Node): ScalarRule {
  const ofOp = rules.get(node.op) ?? new Map<string, ScalarRule>();
  rules.set(node.op, ofOp);
  const types = [...node.inputs, ...node.outputs].map(({ type }) => formatType(type));
  const key = `${types.join()} ${exactJson(node.attrs)}`;
  const known = ofOp.get(key) ?? ruleOf(node);
  ofOp.set(key, known);
  return known;
}

function ruleOf({ op, inputs, attrs, outputs }: Node): ScalarRule {
  if (!("scalar" in op.lower)) return { body: [], result: 0 };
  const s = new Scalar();
  const xs = inputs.map((x, i) => s.read(i, x.type.dtype));
  const result = op.lower.scalar(s, xs, attrs, outputs[0]!.type).at;
  return { body: s.body, result };
}

/** Instructions that take about as long as reading an operand. */
const cheap: ReadonlySet<string> = new Set([
  "read",
  "constant",
  "cast",
  "select",
  "negate",
  "abs",
  "not",
  "add",
  "subtract",
  "multiply",
  "min",
  "max",
  "equal",
  "less",
  "lessEqual",
  "and",
  "or",
  "xor",
]);

/** Whether an elementwise node is a few cheap instructions. */
export function isCheapAtPoint(node: Node): boolean {
  if (!("scalar" in node.op.lower)) return false;
  const { body } = scalarRule(node);
  return body.length <= 8 && body.every(({ op }) => cheap.has(op));
}

const fills = new WeakMap<Node, number | undefined>();

/** The number that an elementwise node without inputs fills its output with; undefined for other nodes. */
export function fillOf(node: Node): number | undefined {
  if (node.inputs.length > 0 || !("scalar" in node.op.lower)) return undefined;
  if (!fills.has(node)) {
    const { body, result } = ruleOf(node);
    const made = body[result];
    fills.set(node, made?.op === "constant" ? round(made.value, made.dtype) : undefined);
  }
  return fills.get(node);
}
