import { describe, InternalError, ScopeError, type NamedType } from "../tensor/error.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Shape, TensorType } from "../tensor/type.ts";
import type { HostFunction } from "../ir/program.ts";
import type { ContractRequest, MapRequest, ReduceRequest, ScatterAddRequest } from "../ir/request.ts";
import type { Expr, Scalar } from "../ir/scalar.ts";
import type { View } from "../ir/view.ts";
import type { Graph } from "./graph.ts";
import { notAValue } from "./not-a-value.ts";
import { recordNamed, recordNode } from "./recording.ts";
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
  readonly traits?: Traits<Attrs>;
  /** The input that is a random key, which this op uses up. */
  readonly key?: number;
  /** Whether an output only shows what happens inside: the sequence that a scan emits, as against its state. */
  emits?(attrs: Attrs, output: number): boolean;
  /** The graphs inside, for ops like scan. */
  bodies?(attrs: Attrs): readonly Graph[];
  /** Attributes as they stand in a printed graph: `axis=1`. */
  show?(attrs: Attrs): string;
}

/**
 * Structure that passes make use of, as far as an op has it. What an op is made of point by point, and what it moves,
 * they read off `lower`; this is the rest.
 */
export interface Traits<Attrs = unknown> {
  /** The output is the sum of the two inputs, elementwise. */
  readonly sum?: boolean;
  /** The output is the contraction of the two inputs with these letters. */
  contraction?(attrs: Attrs): ContractRequest["letters"];
  /** The output is the sum of the input over these axes, ascending. */
  total?(attrs: Attrs): { readonly axes: readonly number[]; readonly keepDims: boolean };
  /**
   * The output holds the rows of input 0 along an axis whose numbers stand in input 1; zeros for numbers out of range.
   */
  gather?(attrs: Attrs): { readonly axis: number };
  /** The adjoint of a gather: the rows of input 0, from `axis` on, are added up by their numbers in input 1. */
  scatter?(attrs: Attrs): { readonly axis: number; readonly size: number };
  /** The output is the input, in one piece, with zeros before and after it along an axis. Undefined: something else. */
  padding?(
    attrs: Attrs,
  ): { readonly axis: number; readonly before: number; readonly after: number } | undefined;
  /** The op applied to its own output is the op once, with these attributes. */
  compose?(inner: Attrs, outer: Attrs): Attrs;
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

let replaced: Node | undefined;

/** Run `f`, which makes nodes in the place of another: reports speak of them as of that one. */
export function inPlaceOf<T>(node: Node, f: () => T): T {
  const before = replaced;
  replaced = node;
  try {
    return f();
  } finally {
    replaced = before;
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
  /** The id under which reports speak of it: that of the node of the user's graph in whose place a pass has put it. */
  readonly reportedAs: number;
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
    source?: string,
  ) {
    this.op = op;
    this.inputs = inputs;
    this.attrs = attrs;
    this.scope = scope;
    this.reportedAs = replaced?.reportedAs ?? this.id;
    this.source = replaced ? replaced.source : (source ?? callSite());
    this.adjointOf = replaced?.adjointOf;
    const types = inferTypes(op, inputs, attrs);
    this.outputs = types.map((type, i) => new Value(this as Node, i, type));
    recordNode(this);
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

/** A node on other inputs: its outputs, or those of a new one when an input has changed. */
export const renew = (node: Node, inputs: readonly Value[]): readonly Value[] =>
  inputs.every((x, i) => x === node.inputs[i]) ? node.outputs : applyOp(node.op, inputs, node.attrs);

/** What messages call a value: its label, or the op that made it. */
const nameOf = (x: Value): string | undefined =>
  x.label ?? (x.node.op.name === "input" ? undefined : x.node.op.name);

/** `params.rnn.wx f32[64, 512]`: a value in a message. */
export function describeValue(x: Value): string {
  recordNamed(x);
  return describe({ ...x.type, label: nameOf(x) });
}

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
