import { sizeOf, type TensorType } from "../../tensor/type.ts";
import type { ContractRequest, MapRequest, ReduceRequest, ScatterAddRequest } from "../../ir/request.ts";
import { Scalar } from "../../ir/scalar.ts";
import { compactView, viewShape, type View } from "../../ir/view.ts";
import type { Lowering, LoopRequest, Node, Value } from "../../graph/node.ts";

/** What a node's lowering rule asked for. */
export type Asked =
  | { readonly form: "map"; readonly request: MapRequest }
  | { readonly form: "reduce"; readonly request: ReduceRequest }
  | { readonly form: "contract"; readonly request: ContractRequest }
  | { readonly form: "scatterAdd"; readonly request: ScatterAddRequest }
  | { readonly form: "loop"; readonly request: LoopRequest }
  | { readonly form: "host" | "constant" };

/** A rehearsal of a node's lowering: nothing is emitted, and the planner learns what it will be. */
export interface Rehearsal {
  readonly asked: readonly Asked[];
  /** The views that stood for the inputs and the outputs. */
  readonly views: ReadonlyMap<Value, View>;
}

/**
 * Run a node's lowering rule for what it asks. Inputs and outputs are compact arrays that do not exist, or `places`
 * where those are known.
 */
export function rehearse(node: Node, places: ReadonlyMap<Value, View> = new Map()): Rehearsal {
  const views = new Map<Value, View>();
  const asked: Asked[] = [];
  const viewOf = (x: Value): View => {
    const view = views.get(x) ?? places.get(x) ?? standIn(x.type);
    views.set(x, view);
    return view;
  };
  const to: Lowering = {
    read: viewOf,
    target: viewOf,
    map: (request) => void asked.push({ form: "map", request }),
    reduce: (request) => void asked.push({ form: "reduce", request }),
    contract: (request) => void asked.push({ form: "contract", request }),
    scatterAdd: (request) => void asked.push({ form: "scatterAdd", request }),
    loop: (request) => void asked.push({ form: "loop", request }),
    host: () => void asked.push({ form: "host" }),
    constant: () => void asked.push({ form: "constant" }),
  };
  if ("kernels" in node.op.lower) node.op.lower.kernels(node, to);
  return { asked, views };
}

/** A compact array that does not exist. */
export const standIn = ({ dtype, shape }: TensorType): View =>
  compactView({ id: -1, name: "stand-in", dtype, size: sizeOf(shape), role: "temporary" }, shape);

/** Whether a node's outputs lie where it says, as those of a loop and of a constant do, and can't be told where to. */
export const placesItself = (node: Node): boolean =>
  rehearse(node).asked.some(({ form }) => form === "loop" || form === "constant");

/** The loop that a node asks for, if it asks for one. */
export const loopOf = (node: Node): LoopRequest | undefined =>
  rehearse(node).asked.flatMap((each) => (each.form === "loop" ? [each.request] : []))[0];

/** The contraction that is all a node does, when its whole output is one. */
export function soleContraction(node: Node): ContractRequest | undefined {
  const { asked, views } = rehearse(node);
  const [only] = asked;
  if (asked.length !== 1 || only?.form !== "contract") return undefined;
  return only.request.out === views.get(node.outputs[0]!) && !only.request.init ? only.request : undefined;
}

/** The reduction that is all a node does, when it reads its inputs whole and as they are. */
export function soleReduction(node: Node): ReduceRequest | undefined {
  const { asked, views } = rehearse(node);
  const [only] = asked;
  if (asked.length !== 1 || only?.form !== "reduce") return undefined;
  const { reads } = only.request;
  return reads.length === node.inputs.length && reads.every((view, i) => view === views.get(node.inputs[i]!))
    ? only.request
    : undefined;
}

/** Whether a map only moves numbers. */
export function isCopy({ reads = [], tables = [], body }: MapRequest): boolean {
  if (reads.length !== 1 || tables.length > 0) return false;
  const s = new Scalar();
  const read = s.read(0, reads[0]!.buffer.dtype);
  return body(s, [read], [])[0] === read;
}

/**
 * Where the inputs of a node that only puts its inputs side by side (concat, stack, pad) would be copied to. Empty for
 * any other node, and for one that writes an element twice: what an input was written to early would be overwritten.
 */
export function copiedInputs(node: Node, target: View): ReadonlyMap<Value, View> {
  const places = new Map(node.outputs.map((y) => [y, target] as const));
  const { asked, views } = rehearse(node, places);
  const maps = asked.flatMap((each) => (each.form === "map" ? [each.request] : []));
  const written = maps
    .flatMap(({ writes }) => writes)
    .reduce((sum, view) => sum + sizeOf(viewShape(view)), 0);
  const fills = (request: MapRequest): boolean => (request.reads ?? []).length === 0;
  const onlyCopies =
    maps.length === asked.length && maps.every((request) => fills(request) || isCopy(request));
  if (!onlyCopies || written > sizeOf(viewShape(target))) return new Map();
  const homes = new Map<Value, View>();
  for (const { reads = [], writes } of maps) {
    const input = node.inputs.find((x) => views.get(x) === reads[0]);
    if (input && !homes.has(input)) homes.set(input, writes[0]!);
  }
  return homes;
}
