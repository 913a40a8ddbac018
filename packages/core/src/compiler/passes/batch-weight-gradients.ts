import { sizeOf } from "../../tensor/type.ts";
import { input, rewrite } from "../../graph/graph.ts";
import type { Value } from "../../graph/node.ts";
import { add } from "../../ops/arithmetic.ts";
import { zerosLike } from "../../ops/full.ts";
import { everywhere, type Pass } from "../pass.ts";
import { bodyOf, closeLoop, openLoop, type Carry, type Loop } from "./loop.ts";
import { Totals, Ways } from "./totals.ts";
import { Uses } from "./uses.ts";

/**
 * What a loop only adds up is added up after it: the gradients of weights are one product over all steps.
 *
 *     dw, db, dg = scan 0, 0, 0, xs, ds               dg, dzs = scan 0, xs, ds
 *       dz  = ...                                       dz = ...
 *       dw' = dw + x^T dz                     ->      dw = 0 + (the rows of xs)^T (the rows of dzs)
 *       db' = db + sum(dz, batch)                     db = 0 + sum(dzs, time and batch)
 *       dg' = dg + sum(dz * y, batch)                 dg = 0 + sum(dg, batch), where dg' = dg + dz * y
 *
 * One product of many rows is faster than many of few, a carry as large as a weight is not read and written
 * at every step, and one sequence of dz serves all weights that it flows into. What is linear on the way to
 * the carry (a movement, a mask that is the same at every step, a product with a captured value) is applied
 * once, to the sum. A sum over axes of what has no sequence is one too: adding up element by element is part
 * of the map that makes them, and needs nothing of what other threads do.
 *
 * Rows that a product needs and nobody emits yet must be stored for all steps. They may have as many elements
 * per step as the carry that goes: a small weight of many rows stays in the loop. Sums round in another
 * order.
 */
export const batchWeightGradients: Pass = everywhere("batchWeightGradients", "outwards", (graph) =>
  rewrite(graph, (node, inputs) => {
    const loop = openLoop(node, inputs);
    if (!loop) return undefined;
    const choice = choose(new Ways(loop), accumulators(loop));
    return choice.taken.length > 0 ? takeOut(loop, choice) : undefined;
  }),
);

/** A carry that is its old value plus terms, and whose old value nobody else reads. */
interface Accumulator {
  readonly carry: Carry;
  readonly terms: readonly Value[];
}

function accumulators(loop: Loop): Accumulator[] {
  const uses = new Uses(bodyOf(loop));
  return loop.carries.flatMap((carry) => {
    const all = uses.count(carry.next) === 1 ? uses.termsOf(carry.next) : [];
    const terms = all.filter((x) => x !== carry.inner);
    const isAdded = terms.length === all.length - 1 && terms.length > 0 && uses.count(carry.inner) === 1;
    return isAdded ? [{ carry, terms }] : [];
  });
}

/** Which accumulators are taken out, and what of. */
interface Choice {
  readonly ways: Ways;
  readonly taken: readonly Accumulator[];
  /** Values that are emitted for it. */
  readonly rows: ReadonlySet<Value>;
  /** Values that are added up in the loop still. */
  readonly sums: ReadonlySet<Value>;
}

function choose(ways: Ways, candidates: readonly Accumulator[]): Choice {
  const taken: Accumulator[] = [];
  const rows = new Set<Value>();
  const sums = new Set<Value>();
  const { sequences, emitted } = ways.loop;
  const free = new Set([...sequences.map(({ inner }) => inner), ...emitted]);
  for (;;) {
    const waiting = candidates.filter((one) => !taken.includes(one));
    const cheap = waiting.flatMap((one) => {
      const demand = demandOf(one, ways, free, sums);
      return isCheap(one, demand) ? [{ one, demand }] : [];
    });
    // The rows that a product needs may be those that another sum would have to carry: products come first.
    const next = cheap.find(({ demand }) => demand.sums.size === 0) ?? cheap[0];
    if (!next) return { ways, taken, rows, sums };
    taken.push(next.one);
    for (const x of next.demand.rows) {
      free.add(x);
      rows.add(x);
    }
    for (const x of next.demand.sums) sums.add(x);
  }
}

/** What an accumulator needs of the loop that there is not yet. */
interface Demand {
  readonly rows: ReadonlySet<Value>;
  readonly sums: ReadonlySet<Value>;
  /** Whether a product, a scatter or a reduction leaves the loop. */
  readonly frees: boolean;
}

function demandOf(
  { terms }: Accumulator,
  ways: Ways,
  free: ReadonlySet<Value>,
  carried: ReadonlySet<Value>,
): Demand {
  const rows = new Set<Value>();
  const sums = new Set<Value>();
  let frees = false;
  const stack = [...terms];
  for (let x = stack.pop(); x; x = stack.pop()) {
    const way = ways.to(x);
    const parts = ways.parts(x);
    if (way === "plain" && !free.has(x) && !carried.has(x)) sums.add(x);
    if (way === "product" || way === "scatter") {
      frees = true;
      for (const part of parts) if (!free.has(part)) rows.add(part);
    }
    if (way === "total" || (way === "linear" && x.node.op.traits?.contraction)) frees = true;
    if (way === "linear" || (way === "total" && !free.has(parts[0]!))) stack.push(...parts);
  }
  return { rows, sums, frees };
}

/** A carry of this many elements is still near when the next step comes. */
const near = 2 ** 16;

/** Whether taking an accumulator out pays: see above. */
function isCheap({ carry }: Accumulator, { rows, sums, frees }: Demand): boolean {
  const size = sizeOf(carry.inner.shape);
  const elements = (values: ReadonlySet<Value>): number =>
    [...values].reduce((total, { shape }) => total + sizeOf(shape), 0);
  return (frees || sums.size === 0) && elements(rows) <= size && elements(sums) <= Math.max(size, near);
}

function takeOut(loop: Loop, { ways, taken, rows, sums }: Choice): readonly Value[] {
  const gone = new Set(taken.map(({ carry }) => carry));
  const added = new Map<Value, Carry>();
  for (const x of sums) {
    const inner = input(x.type);
    added.set(x, { inner, outer: zerosLike(x), next: add(inner, x) });
  }
  const results = closeLoop({
    ...loop,
    carries: [...loop.carries.filter((carry) => !gone.has(carry)), ...added.values()],
    emitted: [...loop.emitted, ...rows],
  });
  const outer = new Map(loop.sequences.map((given) => [given.inner, given.outer]));
  const isEmitted = (x: Value): boolean => rows.has(x) || loop.emitted.includes(x);
  const totals = new Totals(ways, {
    rows: (x) => outer.get(x) ?? (isEmitted(x) ? results.rows(x) : undefined),
    sum: (x) => results.last(added.get(x)!.inner),
  });
  const lasts = loop.carries.map((carry) => {
    const accumulator = taken.find((one) => one.carry === carry);
    if (!accumulator) return results.last(carry.inner);
    return accumulator.terms.reduce((sum, x) => add(sum, totals.of(x)), carry.outer);
  });
  return [...lasts, ...loop.emitted.map((x) => results.rows(x))];
}
