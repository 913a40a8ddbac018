import { emitContract, emitMap, emitReduce } from "../../ir/emit.ts";
import type { Origin } from "../../ir/program.ts";
import type { ContractRequest, MapRequest, ReduceRequest } from "../../ir/request.ts";
import { mergeFactors, sameView, type Axis, type View } from "../../ir/view.ts";
import type { Block } from "./block.ts";
import { pack } from "./pack.ts";
import { isCopy } from "./rehearsal.ts";
import { agree } from "./agree.ts";

/** A map; operands whose factors do not agree with the others' are copied first, and a copy onto itself is left out. */
export function callMap(block: Block, request: MapRequest, origin: Origin): void {
  const { writes } = request;
  const tables = (request.tables ?? []).map(({ view, axis }) => {
    const isSimple = mergeFactors(view.axes[axis]!).length < 2;
    return { view: isSimple ? view : block.compact(view, origin), axis };
  });
  const fixed = [
    ...tables.map(({ view, axis }) => view.axes.with(axis, [])),
    ...writes.map(({ axes }) => axes),
  ];
  const reads = agreeing(block, request.reads ?? [], fixed, origin);
  const [read] = reads;
  if (reads.length === 1 && writes.length === 1 && isCopy(request) && sameView(read!, writes[0]!)) return;
  block.push(emitMap({ ...request, reads, tables }), origin);
}

/** A reduction; operands whose factors do not agree are copied first. */
export function callReduce(block: Block, request: ReduceRequest, origin: Origin): void {
  const reads = agreeing(block, request.reads, [request.write.axes], origin);
  block.push(emitReduce({ ...request, reads }), origin);
}

/** The views, or compact copies of those that can't be walked together with the ones before. */
function agreeing(
  block: Block,
  views: readonly View[],
  fixed: readonly (readonly Axis[])[],
  origin: Origin,
): readonly View[] {
  const walked = [...fixed];
  return views.map((view) => {
    const fitting = agree([view.axes, ...walked]) ? view : block.compact(view, origin);
    walked.push(fitting.axes);
    return fitting;
  });
}

/**
 * A contraction, its second operand being the one that runs along the columns of the result, in panels where that pays.
 */
export function callContract(block: Block, request: ContractRequest, origin: Origin): void {
  const { out, init, letters } = request;
  const columns = letters.out[out.axes.findLastIndex((axis) => mergeFactors(axis).at(-1)?.[1] === 1)];
  const exchange = columns !== undefined && letters.a.includes(columns) && !letters.b.includes(columns);
  const a = exchange ? { view: request.b, letters: letters.b } : { view: request.a, letters: letters.a };
  const b = exchange ? { view: request.a, letters: letters.a } : { view: request.b, letters: letters.b };
  const fixed: Lettered[] = [out, ...(init ? [init] : [])].map((view) => ({ view, letters: letters.out }));
  const fit = (operand: Lettered): View => {
    const agrees = fixed.every((other) => agree(sharedAxes(operand, other)));
    const view = agrees ? operand.view : block.compact(operand.view, origin);
    fixed.push({ view, letters: operand.letters });
    return view;
  };
  const named = { a: a.letters, b: b.letters, out: letters.out };
  const operands = { a: fit(a), b: fit(b) };
  block.push(
    emitContract({
      ...request,
      ...operands,
      b: pack(block, operands.b, named, operands.a, origin),
      letters: named,
    }),
    origin,
  );
}

interface Lettered {
  readonly view: View;
  readonly letters: string;
}

/** The axes that two operands of a contraction have in common, by letter. */
function sharedAxes(a: Lettered, b: Lettered): readonly (readonly Axis[])[] {
  const shared = [...a.letters].filter((letter) => b.letters.includes(letter));
  return [a, b].map(({ view, letters }) => shared.map((letter) => view.axes[letters.indexOf(letter)]!));
}
