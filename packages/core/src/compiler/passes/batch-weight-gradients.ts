import { sizeOf } from "../../tensor/type.ts";
import { input, nodesOf, rewrite } from "../../graph/graph.ts";
import type { Value } from "../../graph/node.ts";
import { add } from "../../ops/arithmetic.ts";
import { zerosLike } from "../../ops/full.ts";
import { everywhere, type Pass } from "../pass.ts";
import { bodyOf, closeLoop, openLoop, type Carry, type Loop } from "./loop.ts";
import { Totals, Ways } from "./totals.ts";

/**
 * What a loop only adds up is added up after it: the gradients of weights are one product over all steps.
 *
 *     dw, db = scan 0, 0, xs, ds                      dzs = scan xs, ds
 *       dz  = ...                                       dz = ...
 *       dw' = dw + x^T dz                     ->      dw = 0 + (the rows of xs)^T (the rows of dzs)
 *       db' = db + sum(dz, batch)                     db = 0 + sum(dzs, time and batch)
 *
 * One product of many rows is faster than many of few, a carry as large as a weight is not read and written
 * at every step, and one sequence of dz serves all weights that it flows into. What is linear on the way to
 * the carry (a movement, a mask that is the same at every step, a product with a captured value) is applied
 * once, to the sum.
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
  const body = bodyOf(loop);
  const made = new Set(nodesOf(body));
  const uses = new Map<Value, number>();
  for (const x of [...body.outputs, ...[...made].flatMap(({ inputs }) => inputs)]) {
    uses.set(x, (uses.get(x) ?? 0) + 1);
  }
  const inputs = new Set(body.inputs);
  const termsOf = (x: Value): Value[] => {
    const isSum = x.node.op.traits?.sum && made.has(x.node) && !inputs.has(x) && uses.get(x) === 1;
    return isSum ? x.node.inputs.flatMap(termsOf) : [x];
  };
  return loop.carries.flatMap((carry) => {
    const all = termsOf(carry.next);
    const terms = all.filter((x) => x !== carry.inner);
    const isAdded = terms.length === all.length - 1 && terms.length > 0 && uses.get(carry.inner) === 1;
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
    // Rows that one sum needs may be what makes the next one cheap, so there are several rounds.
    const next = candidates.find(
      (one) => !taken.includes(one) && isCheap(one, demandOf(one, ways, free, sums)),
    );
    if (!next) return { ways, taken, rows, sums };
    const demand = demandOf(next, ways, free, sums);
    taken.push(next);
    for (const x of demand.rows) {
      free.add(x);
      rows.add(x);
    }
    for (const x of demand.sums) sums.add(x);
  }
}

/** What an accumulator needs of the loop that there is not yet. */
interface Demand {
  readonly rows: ReadonlySet<Value>;
  readonly sums: ReadonlySet<Value>;
  /** Whether a product or a scatter leaves the loop. */
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
    if (way === "linear" && x.node.op.traits?.contraction) frees = true;
    if (way === "linear" || (way === "total" && !free.has(parts[0]!))) stack.push(...parts);
  }
  return { rows, sums, frees };
}

/** Whether taking an accumulator out pays: see above. */
function isCheap({ carry }: Accumulator, { rows, sums, frees }: Demand): boolean {
  const size = sizeOf(carry.inner.shape);
  const elements = (values: ReadonlySet<Value>): number =>
    [...values].reduce((total, { shape }) => total + sizeOf(shape), 0);
  return (frees || sums.size === 0) && elements(rows) <= size && elements(sums) <= size;
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
