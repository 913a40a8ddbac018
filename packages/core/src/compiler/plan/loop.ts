import { InternalError } from "../../tensor/error.ts";
import type { Origin } from "../../ir/program.ts";
import { rowView, selectView, sliceView, type LoopId, type View } from "../../ir/view.ts";
import type { LoopRequest, Node, Value } from "../../graph/node.ts";
import { originOf } from "../../graph/origin.ts";
import { nameOf } from "./name.ts";
import { mayOverwrite, overwrite } from "./overwrite.ts";
import type { Block } from "./block.ts";

/** A scan on its way into a program. */
interface Loop {
  readonly node: Node;
  readonly request: LoopRequest;
  readonly id: LoopId;
  readonly outer: Block;
  readonly inner: Block;
  /** Where the sequences and captured values lie, by input; carries have places of their own. */
  readonly given: readonly (View | undefined)[];
  readonly origin: Origin;
}

/** Where a carry lives. */
interface Carry {
  /** Its value after the loop. */
  readonly last: View;
  /** Its old and new values at all steps, when they are kept. */
  readonly rows?: { readonly old: View; readonly next: View };
  /** Where it is copied at the end of every turn, when the step does not write it there by itself. */
  readonly staged?: View;
}

/**
 * A scan as a loop.
 *
 * A carry has one of three homes. *Stack*: its old or new value is emitted, so T + 1 rows hold state, output and
 * residual at once. *In place*: all that read the old value come before, or are, what writes the new one. *Staged*:
 * otherwise the new value is copied at the end of every turn. What the step emits is written straight into its row.
 */
export function lowerLoop(outer: Block, node: Node, request: LoopRequest): void {
  const { body, carries, sequences, length, reverse } = request;
  const origin = originOf(node);
  const { draft } = outer;
  if (length === 0) {
    const none = (y: Value): View => draft.allocate(nameOf(y), y.type, "temporary");
    node.outputs.forEach((y, i) =>
      outer.deliver(y, i < carries ? outer.read(node.inputs[i]!) : none(y), origin),
    );
    return;
  }
  const id = draft.loop();
  const given = node.inputs.map((x, i) => {
    if (i < carries) return undefined;
    const view = outer.read(x);
    // Steps that lie unevenly far apart are no rows of one stride.
    const isReadable = i >= carries + sequences || rowView(view, id, reverse) !== undefined;
    return isReadable ? view : outer.compact(view, origin);
  });
  const inner = outer.body(node, request, rowsAndCaptured(request, given, id), id);
  const loop: Loop = { node, request, id, outer, inner, given, origin };
  const homes = body.inputs.slice(0, carries).map((_, i) => homeOfCarry(loop, i));
  const emitted = body.outputs.slice(carries).map((_, k) => homeOfEmitted(loop, homes, k));
  inner.lower();
  emitted.forEach(({ row }, k) => {
    if (row) inner.copy(inner.read(body.outputs[carries + k]!), row, origin);
  });
  updateStaged(loop, homes);
  outer.statements.push({ kind: "loop", loop: id, length, reverse, body: inner.statements, origin });
  homes.forEach(({ last }, i) => outer.deliver(node.outputs[i]!, last, origin));
  emitted.forEach(({ all }, k) => outer.deliver(node.outputs[carries + k]!, all, origin));
}

/** Sequences are read row by row; captured values lie where they are. */
function rowsAndCaptured(
  { body, carries, sequences, reverse }: LoopRequest,
  given: readonly (View | undefined)[],
  id: LoopId,
): Map<Value, View> {
  const places = new Map<Value, View>();
  body.inputs.forEach((x, i) => {
    if (i < carries) return;
    const isSequence = i < carries + sequences;
    places.set(x, isSequence ? rowOf(given[i]!, id, reverse) : given[i]!);
  });
  return places;
}

function rowOf(sequence: View, id: LoopId, reverse: boolean): View {
  const row = rowView(sequence, id, reverse);
  if (!row) throw new InternalError(`${sequence.buffer.name} has no rows`);
  return row;
}

function homeOfCarry(loop: Loop, i: number): Carry {
  const { request, inner } = loop;
  const { body, carries } = request;
  const [old, next] = [body.inputs[i]!, body.outputs[i]!];
  if (inner.isHomeless(next)) {
    const isEmitted = body.outputs.slice(carries).some((y) => y === old || y === next);
    if (isEmitted) return stack(loop, i);
    if (mayOverwrite(inner, old, next)) return inPlace(loop, i);
  }
  const place = carryBuffer(loop, i);
  return { last: place, staged: place };
}

/** T + 1 rows: that of step t and that of the step before it, from the initial state on. */
function stack({ request, id, outer, inner, origin, node }: Loop, i: number): Carry {
  const { body, length, reverse } = request;
  const [old, next] = [body.inputs[i]!, body.outputs[i]!];
  const { dtype, shape } = old.type;
  const all = outer.draft.allocate(
    nameOf(node.outputs[i]!, next),
    { dtype, shape: [length + 1, ...shape] },
    "temporary",
  );
  const rows = (start: number): View => sliceView(all, 0, start, length, 1)!;
  const [before, after] = reverse ? [rows(1), rows(0)] : [rows(0), rows(1)];
  outer.fill(selectView(all, 0, reverse ? length : 0), node.inputs[i]!, origin);
  inner.places.set(old, rowOf(before, id, reverse));
  inner.settle(next, rowOf(after, id, reverse));
  return { last: selectView(all, 0, reverse ? 0 : length), rows: { old: before, next: after } };
}

function inPlace(loop: Loop, i: number): Carry {
  const { request, inner } = loop;
  const place = carryBuffer(loop, i);
  overwrite(inner, request.body.inputs[i]!, request.body.outputs[i]!, place);
  return { last: place };
}

/** One buffer that holds a carry from turn to turn, with the initial state in it. */
function carryBuffer({ request, outer, inner, origin, node }: Loop, i: number): View {
  const y = node.outputs[i]!;
  const place =
    outer.homeOf(y) ?? outer.draft.allocate(nameOf(y, request.body.outputs[i]), y.type, "temporary");
  outer.fill(place, node.inputs[i]!, origin);
  inner.places.set(request.body.inputs[i]!, place);
  return place;
}

/**
 * Where the emitted values of all steps lie, and, where the step does not write them there itself, the row to copy to.
 */
function homeOfEmitted(
  { request, id, outer, inner, given, node }: Loop,
  homes: readonly Carry[],
  k: number,
): { readonly all: View; readonly row?: View } {
  const { body, carries, sequences, reverse } = request;
  const y = body.outputs[carries + k]!;
  const carry = homes.find(({ rows }, i) => rows && (body.inputs[i] === y || body.outputs[i] === y));
  if (carry?.rows) return { all: body.inputs[homes.indexOf(carry)] === y ? carry.rows.old : carry.rows.next };
  const sequence = body.inputs.indexOf(y);
  if (sequence >= carries && sequence < carries + sequences) return { all: given[sequence]! };
  const emitted = node.outputs[carries + k]!;
  const all = outer.homeOf(emitted) ?? outer.draft.allocate(nameOf(emitted, y), emitted.type, "temporary");
  const row = rowOf(all, id, reverse);
  if (!inner.isHomeless(y)) return { all, row };
  inner.settle(y, row);
  return { all };
}

/** Set all new values aside that are old values of others, then write them: a step may swap two states. */
function updateStaged({ request, inner, origin }: Loop, homes: readonly Carry[]): void {
  const old = new Set(request.body.inputs.slice(0, homes.length));
  const staged = homes.flatMap(({ staged: place }, i) => {
    const next = request.body.outputs[i]!;
    if (!place || next === request.body.inputs[i]) return [];
    const view = inner.read(next);
    return [{ place, from: old.has(inner.units.baseOf(next)) ? inner.compact(view, origin) : view }];
  });
  for (const { place, from } of staged) inner.copy(from, place, origin);
}
