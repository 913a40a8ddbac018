import type { View } from "../../ir/view.ts";
import type { Value } from "../../graph/node.ts";
import type { Block } from "./block.ts";

/**
 * Whether the unit that makes a new value may write it over an old one: whoever else reads the old value can come
 * before it, and it reads the old value itself only point by point, where it writes.
 */
export function mayOverwrite(
  { graph, units }: Pick<Block, "graph" | "units">,
  old: Value,
  next: Value,
): boolean {
  const writer = units.of.get(next.node)!;
  if (graph.outputs.some((y) => units.baseOf(y) === old)) return false;
  const others = units.list.filter((unit) => unit !== writer && unit.needs.has(old));
  if (others.some((reader) => units.follows(reader, writer))) return false;
  if (!writer.needs.has(old)) return true;
  const readers = writer.nodes.filter((node) => node.inputs.some((x) => units.baseOf(x) === old));
  const isPointwise = (x: Value): boolean => x === old || units.baseOf(x) !== old;
  return (
    writer.kind !== "reduce" &&
    readers.every((node) => "scalar" in node.op.lower && node.inputs.every(isPointwise))
  );
}

/** Have the new value written over the old one in `place`, after everybody else has read it. */
export function overwrite(block: Block, old: Value, next: Value, place: View): void {
  const { units } = block;
  const writer = units.of.get(next.node)!;
  for (const reader of units.list) {
    if (reader !== writer && reader.needs.has(old)) units.link(writer, reader);
  }
  block.settle(next, place, { pinned: true });
}
