import { sameType, sizeOf } from "../../tensor/type.ts";
import { compactView, sameView, type View } from "../../ir/view.ts";
import { rewrite, rewriteValues, type Graph, type Visit } from "../../graph/graph.ts";
import { applyOp, renew, type Node, type Value } from "../../graph/node.ts";
import { add, mul, neg, sub } from "../../ops/arithmetic.ts";
import { full } from "../../ops/full.ts";
import type { Pass } from "../pass.ts";
import { Paddings } from "./join-paddings.ts";
import { fillOf, formOf, itself, type Form } from "./scalar-form.ts";
import { simplifyLoop } from "./simplify-loop.ts";

/**
 * What is known before any run is not computed.
 *
 *     mul(x, 1), add(x, 0), neg(neg(x))           -> x              by the scalar rule of any elementwise op
 *     mul(2, mul(3, x)), add(mul(2, x), mul(2, x))-> mul(6, x), mul(4, x)
 *     add(x, neg(y))                              -> sub(x, y)
 *     div(full(1), full(4))                       -> full(0.25)
 *     transpose(transpose(x)), detach(x)          -> x              by the view of any movement
 *     reshape(reshape(x))                         -> reshape(x)
 *     broadcastTo(full(0, []), [T, B])            -> full(0, [T, B])
 *     add(pad(a, 0, n), pad(b, m, 0))             -> concat([a, b])
 *     scan that runs along full(0, [T, B])        -> scan with full(0, [B]) in its body
 *     scan of one step                            -> its body
 *
 * Values stay equal, but for the sign of a zero and the rounding of c (b x), which becomes (c b) x. Nothing
 * is multiplied by zero: 0 x is NaN where x is infinite.
 */
export const simplify: Pass = {
  name: "simplify",
  run: (graph) => rewrite(graph, new Simplifier(graph).visit),
};

/** The rules of simplify, for one level of a graph. */
class Simplifier {
  readonly #inputs: ReadonlySet<Value>;
  readonly #paddings: Paddings;
  readonly #forms = new Map<Value, Form>();

  constructor(graph: Graph) {
    this.#inputs = new Set(graph.inputs);
    this.#paddings = new Paddings(graph);
  }

  readonly visit: Visit = (node, inputs, current) => {
    const { lower, bodies } = node.op;
    if (bodies) return simplifyLoop(node, inputs, { fill: (x) => this.#fill(x), inBody });
    if ("view" in lower) return this.#movement(node, inputs);
    if ("scalar" in lower) return this.#elementwise(node, inputs) ?? this.#paddings.join(node, current);
    return this.#total(node, inputs);
  };

  /** The node that makes a value on this level; undefined for an input. */
  #maker(x: Value): Node | undefined {
    return this.#inputs.has(x) ? undefined : x.node;
  }

  #fill(x: Value): number | undefined {
    const maker = this.#maker(x);
    return maker && fillOf(maker);
  }

  /**
   * A movement of a fill is a fill; one that moves nothing, alone or together with the one before it, is its
   * input.
   */
  #movement(node: Node, inputs: readonly Value[]): readonly Value[] | undefined {
    const [x] = inputs as readonly [Value];
    const value = this.#fill(x);
    if (value !== undefined) return node.outputs.map(({ type }) => full(value, type));
    if (node.outputs.length !== 1) return undefined;
    if (movesNothing(node, x, standIn(x))) return [x];
    const before = this.#maker(x);
    if (!before || !("view" in before.op.lower)) return undefined;
    const base = before.inputs[0]!;
    const moved = before.op.lower.view(before, standIn(base))?.[x.index];
    if (moved && movesNothing(node, base, moved)) return [base];
    const { compose } = node.op.traits ?? {};
    if (!compose || before.op !== node.op) return undefined;
    return applyOp(node.op, [base], compose(before.attrs, node.attrs));
  }

  #elementwise(node: Node, inputs: readonly Value[]): readonly Value[] | undefined {
    if (inputs.length === 0) return undefined;
    const forms = inputs.map((x) => this.#formOf(x));
    const isPlain = ({ kind }: Form, i: number): boolean =>
      kind === "multiple" && !this.#forms.has(inputs[i]!);
    const isNew = new Set(inputs).size === inputs.length && forms.every(isPlain);
    const form = inputs.length > 1 && isNew ? undefined : formOf(node, forms);
    if (!form) return undefined;
    const made = valueOf(form, node, inputs);
    if (form.kind === "multiple" && form.x !== made) this.#forms.set(made, form);
    return [made];
  }

  #formOf(x: Value): Form {
    const known = this.#forms.get(x);
    if (known) return known;
    const value = this.#fill(x);
    return value === undefined ? itself(x) : { kind: "number", value };
  }

  /** The sum of a fill is a fill where it is exact. */
  #total(node: Node, inputs: readonly Value[]): readonly Value[] | undefined {
    const total = node.op.traits?.total?.(node.attrs);
    const value = total && this.#fill(inputs[0]!);
    if (value === undefined) return undefined;
    const { shape } = inputs[0]!;
    const sum = exactMultiple(
      value,
      sizeOf(total!.axes.map((axis) => shape[axis]!)),
      node.outputs[0]!.type.dtype,
    );
    return sum === undefined ? undefined : [full(sum, node.outputs[0]!.type)];
  }
}

const inBody = (body: Graph, given: ReadonlyMap<Value, Value>): ((x: Value) => Value) =>
  rewriteValues(body, new Simplifier(body).visit, given);

/** The whole of a value, before it has a place. */
const standIn = ({ type: { dtype, shape } }: Value): View =>
  compactView({ id: -1, name: "", dtype, size: sizeOf(shape), role: "temporary" }, shape);

/** Whether a movement of a view of x gives all of x as it stands. */
function movesNothing(node: Node, x: Value, view: View): boolean {
  if (!("view" in node.op.lower) || !sameType(x.type, node.outputs[0]!.type)) return false;
  const [moved] = node.op.lower.view(node, view) ?? [];
  return moved !== undefined && sameView(moved, { ...standIn(x), buffer: moved.buffer });
}

/** A value of this form: what the node makes of these inputs, unless there is a simpler one. */
function valueOf(form: Form, node: Node, inputs: readonly Value[]): Value {
  if (form.kind === "number") return full(form.value, node.outputs[0]!.type);
  if (form.kind === "multiple" && form.by === 1) return form.x;
  const isNew = !inputs.includes(form.x) || (form.kind !== "multiple" && !inputs.includes(form.y));
  if (!isNew) return renew(node, inputs)[0]!;
  if (form.kind === "multiple") return form.by === -1 ? neg(form.x) : mul(form.by, form.x);
  return form.kind === "sum" ? add(form.x, form.y) : sub(form.x, form.y);
}

/** n x, when every sum on the way to it is exact; undefined otherwise. */
function exactMultiple(x: number, n: number, dtype: string): number | undefined {
  if (dtype === "i32") return Math.imul(x, n);
  if (x === 0) return 0;
  let digits = Math.abs(x);
  if (!Number.isFinite(digits)) return undefined;
  while (digits % 1 !== 0) digits *= 2;
  while (digits % 2 === 0) digits /= 2;
  return digits * n <= 2 ** (dtype === "f32" ? 24 : 53) ? x * n : undefined;
}
