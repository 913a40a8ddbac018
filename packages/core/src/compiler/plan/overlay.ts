import { byteSize, sameType, sizeOf } from "../../tensor/type.ts";
import type { View } from "../../ir/view.ts";
import type { LoopRequest, Node, Value } from "../../graph/node.ts";
import type { Block } from "./block.ts";
import { nameOf } from "./name.ts";
import { mayOverwrite } from "./overwrite.ts";
import { copiedInputs, loopOf, standIn } from "./rehearsal.ts";
import type { Units } from "./unit.ts";

/**
 * Bytes of a stack from which on memory counts for more than time: of 5 MiB, the maps that read or write slices of a
 * stack instead of stacks of their own take a fifth longer, and are a tenth of a training step.
 */
const worthwhile = 2 ** 23;

const bytesOf = ({ type: { dtype, shape } }: Value): number => sizeOf(shape) * byteSize(dtype);

/** A loop that is not lowered yet. */
interface Loop {
  readonly block: Block;
  readonly node: Node;
  readonly request: LoopRequest;
  /** What is computed together in its body. */
  readonly units: Units;
}

/** A stack that a loop reads, and what stands for a row of it in the body. */
interface Read {
  readonly stack: Value;
  readonly row: Value;
}

/** A part of a row that a loop writes, and the value of the body that lies there. */
interface Part {
  readonly value: Value;
  readonly place: View;
}

/**
 * Have stacks that a loop reads lie where it writes another one.
 *
 *     forwards    i[t], f[t], o[t], g[t] = ...                  [T, B, H] each
 *     backwards   dz[t] = [di[t], df[t], do[t], dg[t]] = ...    [T, B, 4H]
 *
 * One map reads row t of the gates and makes the parts of row t of dz, each element where it has read one. So the gates
 * are parts of dz from the beginning, and are overwritten by what they are kept for.
 *
 * That map is all that reads them: however it is shared out, threads overwrite what they alone have read. And what is
 * overwritten is made by one node and as large as what takes its place: at no time is more memory in use than without.
 *
 * Only large stacks are, for the sake of speed.
 */
export function overlay(block: Block, node: Node, request: LoopRequest): void {
  const { overlay: least = worthwhile } = block.target;
  // A single row does not move with the loop, and would be taken for something that is the same in all turns.
  if (request.length < 2) return;
  const loop: Loop = { block, node, request, units: block.unitsInside(node, request.body) };
  const waiting = new Set(readsOf(loop));
  const makers = new Set([...waiting].map(({ stack }) => stack.node));
  for (const written of node.outputs.slice(request.carries)) {
    if (bytesOf(written) < least) continue;
    const home = block.homeOf(written) ?? standIn(written.type);
    const choices = [...makers].map((maker) => {
      const madeAtOnce = [...waiting].filter(({ stack }) => stack.node === maker);
      return overwrittenBy(loop, written, home, madeAtOnce);
    });
    const overwritten = choices.find(({ size }) => size > 0);
    if (!overwritten) continue;
    const { buffer } = homeOfStack(loop, written);
    for (const [read, place] of overwritten) {
      block.settle(read.stack, { ...place, buffer });
      waiting.delete(read);
    }
  }
}

/** Where a stack that the loop writes lies: where its reader wants it, or in a buffer of its own. */
function homeOfStack({ block, request }: Loop, written: Value): View {
  const known = block.homeOf(written);
  if (known) return known;
  const y = request.body.outputs[written.index]!;
  const home = block.draft.allocate(nameOf(written, y), written.type, "temporary");
  block.settle(written, home);
  return home;
}

/** The stacks that a loop reads row by row, and nobody else reads; those that are made first come first. */
function readsOf({ block, node, request }: Loop): readonly Read[] {
  const { graph, units } = block;
  const { body, carries, sequences } = request;
  const isReadOnce = (stack: Value): boolean =>
    node.inputs.filter((x) => units.baseOf(x) === stack).length === 1 &&
    units.list.every((unit) => unit === units.of.get(node) || !unit.needs.has(stack)) &&
    graph.outputs.every((y) => units.baseOf(y) !== stack);
  return node.inputs
    .map((stack, i) => ({ stack, row: body.inputs[i]! }))
    .slice(carries, carries + sequences)
    .filter(({ stack }) => isToldWhere(block, stack) && isReadOnce(stack))
    .toSorted((a, b) => a.stack.node.id - b.stack.node.id);
}

/** Whether a stack is written to where it is told: by a map or a sum, for all steps at once or in another loop. */
function isToldWhere(block: Block, stack: Value): boolean {
  if (!block.isHomeless(stack)) return false;
  const { node, index } = stack;
  const loop = loopOf(node);
  if (!loop) return isMapOrSum(block.units, stack);
  const y = loop.body.outputs[index]!;
  // States of all steps lie in a stack that holds the first one, too.
  const isCarried = loop.body.outputs.slice(0, loop.carries).includes(y);
  return !isCarried && isMapOrSum(block.unitsInside(node, loop.body), y);
}

/** Other kernels may sum in another order when they write to rows that are far apart. */
function isMapOrSum(units: Units, x: Value): boolean {
  const kind = units.of.get(x.node)?.kind;
  return kind === "map" || kind === "sum";
}

/**
 * What a stack that the loop writes to `home` overwrites, and where each of them lies then. Nothing, if that is not all
 * of it.
 */
function overwrittenBy(
  { block, request, units }: Loop,
  written: Value,
  home: View,
  reads: readonly Read[],
): ReadonlyMap<Read, View> {
  const { body, carries } = request;
  const y = body.outputs[written.index]!;
  const found = new Map<Read, View>();
  const isState = body.outputs.slice(0, carries).includes(y);
  if (isState || block.isPinned(written) || beginsEarlier(block, home, written)) return found;
  const [steps, ...row] = home.axes;
  for (const { value, place } of partsOf(units, y, { ...home, axes: row })) {
    const read = reads.find((one) => !found.has(one) && diesIn({ graph: body, units }, one.row, value));
    if (read) found.set(read, { ...place, axes: [steps!, ...place.axes] });
  }
  const size = [...found.keys()].reduce((sum, { stack }) => sum + sizeOf(stack.type.shape), 0);
  return size === sizeOf(written.type.shape) ? found : new Map();
}

/** Whether a buffer would be in memory earlier for what is only a part of it; one in a loop is there for all of it. */
const beginsEarlier = ({ outer }: Block, { buffer }: View, { type }: Value): boolean =>
  outer === undefined && buffer.size > sizeOf(type.shape);

/** What maps write of a value that is written to a place: the value, or what is put side by side in it. */
function partsOf(units: Units, value: Value, place: View): readonly Part[] {
  const { node } = value;
  const kind = units.of.get(node)?.kind;
  if (kind === "map") return [{ value, place }];
  if (kind !== "kernels" || node.outputs.length > 1) return [];
  return [...copiedInputs(node, place)].flatMap(([x, part]) => partsOf(units, x, part));
}

/** Whether a row is read by the map that makes a value, where it writes that, and by nobody else. */
function diesIn(body: Pick<Block, "graph" | "units">, row: Value, value: Value): boolean {
  const writer = body.units.of.get(value.node)!;
  return (
    sameType(row.type, value.type) &&
    body.units.list.every((unit) => unit.needs.has(row) === (unit === writer)) &&
    mayOverwrite(body, row, value)
  );
}
