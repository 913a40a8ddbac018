import { describe, DTypeError, InternalError, ScopeError, type NamedType } from "../tensor/error.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Shape, TensorType } from "../tensor/type.ts";
import type { HostFunction } from "../ir/program.ts";
import type { ContractRequest, MapRequest, ReduceRequest, ScatterAddRequest } from "../ir/request.ts";
import type { Expr, Scalar } from "../ir/scalar.ts";
import type { View } from "../ir/view.ts";
import type { Graph } from "./graph.ts";
import { callSite } from "./source.ts";

/** Cotangents in the order of inputs or outputs; undefined is zero. */
export type Cotangents = readonly (Value | undefined)[];

/** Everything there is to know about an operation, in one record. */
export interface Op<Attrs = unknown> {
  readonly name: string;
  /** Types of the outputs. Throws an error that names both sides when the inputs do not fit. */
  infer(inputs: readonly NamedType[], attrs: Attrs): readonly TensorType[];
  /**
   * Cotangents of the inputs, given those of the outputs. Only inputs that are `wanted` need one.
   * Absent: not differentiable. Written in ops, so that it can be differentiated again.
   */
  vjp?(node: Node<Attrs>, dys: Cotangents, wanted: readonly boolean[]): Cotangents;
  readonly lower: Lower<Attrs>;
  /** What passes may rely on. A pass asks for these and never for an op by name, so a user's op can have them too. */
  readonly traits?: Traits;
  /** The input that is a random key, which this op uses up. */
  readonly key?: number;
  /** Whether an output only shows what happens inside: the sequence that a scan emits, as against its state. */
  emits?(attrs: Attrs, output: number): boolean;
  /** The graphs inside, for ops like scan. */
  bodies?(attrs: Attrs): readonly Graph[];
  /** Attributes as they stand in a printed graph: `axis=1`. */
  show?(attrs: Attrs): string;
}

/** Algebra that passes make use of, as far as an op has it. */
export interface Traits {
  /** The output is the sum of the two inputs, elementwise. */
  readonly sum?: boolean;
}

/** How an op reaches the kernel IR: as a scalar expression, as a view of its input, or as kernels. */
export type Lower<Attrs> =
  /** Elementwise: every input has the shape of the output. */
  | { scalar(s: Scalar, xs: readonly Expr[], attrs: Attrs, type: TensorType): Expr }
  /** A movement: one view per output, or undefined when the input must be made compact first. */
  | { view(node: Node<Attrs>, x: View): readonly View[] | undefined }
  | { kernels(node: Node<Attrs>, to: Lowering): void };

/**
 * What an op's `kernels` rule is given. Destinations are chosen before kernels are made, by whoever consumes the value
 * (a slice of a concatenation, a row of a stack, an input to overwrite), so a rule asks for them and never allocates.
 */
export interface Lowering {
  /** Where a value lies. */
  read(value: Value): View;
  /** Where an output of this node is to be written. */
  target(value: Value): View;
  map(request: MapRequest): void;
  reduce(request: ReduceRequest): void;
  contract(request: ContractRequest): void;
  scatterAdd(request: ScatterAddRequest): void;
  loop(request: LoopRequest): void;
  /** A JavaScript function on tensors: for what no kernel expresses. Engines that can't call back refuse it by name. */
  host(f: HostFunction, reads: readonly Value[], writes: readonly Value[]): void;
  /** The output's numbers are known before any run. */
  constant(output: Value, tensor: Tensor): void;
}

/** Run `body` along time. Body inputs and node inputs: carries, sequences, captured. */
export interface LoopRequest {
  readonly body: Graph;
  readonly carries: number;
  readonly sequences: number;
  readonly length: number;
  readonly reverse: boolean;
}

/** The step of a scan while, and after, it is called. Values that depend on its inputs have no meaning outside. */
export interface Scope {
  /** What the step belongs to: `scan`. */
  readonly of: string;
  readonly source: string | undefined;
  /** Grows from step to step: of two that are open, the inner one has the larger number. */
  readonly opened: number;
  /** Set when the step has returned. */
  closed: boolean;
}

let serial = 0;
let openBodies = 0;

/** Run `f` while values of closed steps may be used: derivatives and passes make nodes inside of bodies. */
export function insideBodies<T>(f: () => T): T {
  openBodies++;
  try {
    return f();
  } finally {
    openBodies--;
  }
}

/** Nodes made from now on have ids of at least this. */
export const mark = (): number => serial;

/**
 * One application of an op. Ids grow with creation and a node's inputs exist before it, so the order of ids is a
 * topological order, and no graph has a cycle.
 */
export class Node<Attrs = unknown> {
  readonly id: number = serial++;
  readonly op: Op<Attrs>;
  readonly inputs: readonly Value[];
  readonly attrs: Attrs;
  readonly outputs: readonly Value[];
  /** `model.ts:12`, when sources are captured. */
  readonly source: string | undefined;
  /** The innermost step that it depends on. */
  readonly scope: Scope | undefined;
  /** The node whose derivative made this one; set by `pullback`, so that reports can say "backward of". */
  adjointOf: Node | undefined;

  constructor(
    op: Op<Attrs>,
    inputs: readonly Value[],
    attrs: Attrs,
    scope: Scope | undefined = scopeOf(inputs),
  ) {
    this.op = op;
    this.inputs = inputs;
    this.attrs = attrs;
    this.scope = scope;
    this.source = callSite();
    const types = inferTypes(op, inputs, attrs);
    this.outputs = types.map((type, i) => new Value(this as Node, i, type));
  }
}

/**
 * A symbolic value: one output of a node. It has a type and no number.
 *
 * Values know their inputs and nothing else; there is no tape and no current graph.
 */
export class Value {
  /** Marks leaves of trees; see `tensor/tree.ts`. */
  readonly "~leaf" = "value";
  readonly node: Node;
  readonly index: number;
  readonly type: TensorType;
  readonly #labels: string[] = [];

  constructor(node: Node, index: number, type: TensorType) {
    this.node = node;
    this.index = index;
    this.type = type;
  }

  get shape(): Shape {
    return this.type.shape;
  }

  /** The first name it was given, by `label` or as a leaf of an argument. */
  get label(): string | undefined {
    return this.#labels[0];
  }

  get labels(): readonly string[] {
    return this.#labels;
  }

  /** Add a name. Names change nothing but messages, drawings and what `watch` finds. */
  name(label: string): this {
    if (!this.#labels.includes(label)) this.#labels.push(label);
    return this;
  }
}

export const isValue = (x: unknown): x is Value => x instanceof Value;

/** The deepest scope of a list of values. Throws: ScopeError when one of them is out of its own. */
function scopeOf(values: readonly Value[]): Scope | undefined {
  let deepest: Scope | undefined;
  for (const x of values) {
    const { scope } = x.node;
    if (scope === undefined) continue;
    checkScope(x);
    if (deepest === undefined || scope.opened > deepest.opened) deepest = scope;
  }
  return deepest;
}

/** Throws: ScopeError when a value belongs to a step that has returned. */
export function checkScope(x: Value): void {
  const { scope } = x.node;
  if (!scope?.closed || openBodies > 0) return;
  const where = scope.source ? ` (${scope.source})` : "";
  throw new ScopeError(
    `${scope.of}: ${describeValue(x)} belongs to the step of a ${scope.of}${where} and has no value outside it.`,
    "Return it from the step, or watch it by name.",
  );
}

/** What messages call a value: its label, or the op that made it. */
const nameOf = (x: Value): string | undefined =>
  x.label ?? (x.node.op.name === "input" ? undefined : x.node.op.name);

/** `params.rnn.wx f32[64, 512]`: a value in a message. */
export const describeValue = (x: Value): string => describe({ ...x.type, label: nameOf(x) });

/**
 * Apply an op: check types and make the node.
 *
 * Throws: what the op's type rule throws; DTypeError for an operand that is not a value of this copy of `@unroll/core`.
 */
export function applyOp<Attrs>(op: Op<Attrs>, inputs: readonly Value[], attrs: Attrs): readonly Value[] {
  inputs.forEach((x, i) => {
    if (!isValue(x)) throw notAValue(op.name, x, i + 1);
  });
  return new Node(op, inputs, attrs).outputs;
}

/** The error for something in a value's place, by its position or name, with a guess at what was meant. */
export function notAValue(op: string, x: unknown, operand: number | string): DTypeError {
  const kind = typeof x === "object" && x !== null && "~leaf" in x ? x["~leaf"] : undefined;
  const what = (text: string, remedy?: string): DTypeError =>
    new DTypeError(`${op}: ${typeof operand === "number" ? `operand ${operand}` : operand} is ${text}.`, remedy);
  if (kind === "value")
    return what(
      "a Value of another copy of @unroll/core",
      "Install one version only, and import it from one place.",
    );
  if (kind === "tensor")
    return what(
      "a Tensor",
      "Pass it as an argument of the compiled function, or lift it with constant(tensor).",
    );
  if (kind === "param")
    return what(
      "a parameter's spec",
      "Make tensors of the specs with init(spec, seed) and pass them as an argument.",
    );
  if (kind === "state")
    return what("a state's spec", "Make values of the specs with initialState(spec, { batch, dtype }).");
  if (typeof x === "object" && x !== null && "step" in x)
    return what("a cell", "Did you forget to call its step?");
  if (typeof x === "object" && x !== null && "apply" in x)
    return what("a layer", "Did you forget to call its apply?");
  if (typeof x === "number") return what(`the number ${x}`, "Lift it with full(number, type).");
  if (Array.isArray(x))
    return what("an array", "An op takes values one by one; join values with concat or stack.");
  return what(x === null ? "null" : typeof x === "object" ? "a record" : `${typeof x}`, "Expected a Value.");
}

/** Type rules see types only; their errors are completed here with the labels of the operands. */
function inferTypes<Attrs>(op: Op<Attrs>, inputs: readonly Value[], attrs: Attrs): readonly TensorType[] {
  const types = op.infer(
    inputs.map((x) => ({ ...x.type, label: nameOf(x) })),
    attrs,
  );
  for (const { shape } of types) {
    if (shape.some((size) => !Number.isInteger(size) || size < 0))
      throw new InternalError(`${op.name} inferred the shape [${shape.join(", ")}]`);
  }
  return types.map(({ dtype, shape }) => ({ dtype, shape: [...shape] }));
}
