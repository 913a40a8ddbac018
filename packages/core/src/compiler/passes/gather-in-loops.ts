import { input, rewrite, rewriteValues } from "../../graph/graph.ts";
import { applyOp, inPlaceOf, type Node, type Value } from "../../graph/node.ts";
import { sizeOf } from "../../tensor/type.ts";
import { everywhere, type Pass } from "../pass.ts";
import { bodyOf, closeLoop, mapLoop, openLoop, outputsOf, type Given, type Loop } from "./loop.ts";
import { Uses } from "./uses.ts";

/**
 * Rows of a small table that only a loop runs along are taken inside of it.
 *
 *     scan take(table, ids)                           scan ids, captured table
 *       ... x ...                              ->       x = take(table, id)
 *                                                       ... x ...
 *
 * Taken before it, the rows of all steps are written, and are far away by the time that a step reads them.
 * The table, which has fewer rows than are taken, stays near, and so do the rows of one step. Bits stay as
 * they are.
 */
export const gatherInLoops: Pass = everywhere("gatherInLoops", "outwards", (graph) => {
  const uses = new Uses(graph);
  return rewrite(graph, (node, inputs) => {
    const loop = openLoop(node, inputs);
    if (!loop) return undefined;
    const isAlone = openLoop(node)!.sequences.map(
      ({ outer }) => uses.maker(outer) && uses.count(outer) === 1,
    );
    const gathered = loop.sequences.filter(({ outer }, i) => isAlone[i] && takesFewRows(outer.node));
    return gathered.length > 0 ? takeInside(loop, gathered) : undefined;
  });
});

/** Whether a node takes rows of a table that has fewer than that. */
function takesFewRows({ op, attrs, inputs }: Node): boolean {
  if (op.traits?.gather?.(attrs).axis !== 0) return false;
  const [table, ids] = inputs as readonly [Value, Value];
  return ids.shape.length > 0 && table.shape[0]! < sizeOf(ids.shape);
}

function takeInside(loop: Loop, gathered: readonly Given[]): readonly Value[] {
  const inside = gathered.map(({ inner: row, outer }) => {
    const { op, attrs, inputs } = outer.node;
    const [tables, ids] = inputs as readonly [Value, Value];
    const table: Given = { inner: input(tables.type, tables.label), outer: tables };
    const id: Given = { inner: input({ ...ids.type, shape: ids.shape.slice(1) }, ids.label), outer: ids };
    const [taken] = inPlaceOf(outer.node, () => applyOp(op, [table.inner, id.inner], attrs)) as [Value];
    return { row, table, id, taken };
  });
  const now = rewriteValues(
    bodyOf(loop),
    () => undefined,
    new Map(inside.map(({ row, taken }) => [row, taken])),
  );
  const changed: Loop = {
    ...loop,
    sequences: [
      ...loop.sequences.filter((given) => !gathered.includes(given)),
      ...inside.map(({ id }) => id),
    ],
    captured: [...loop.captured, ...inside.map(({ table }) => table)],
  };
  return outputsOf(loop, closeLoop(mapLoop(changed, now)), now);
}
