import { sizeOf } from "../../tensor/type.ts";
import { nodesOf, rewrite } from "../../graph/graph.ts";
import type { Value } from "../../graph/node.ts";
import { everywhere, type Pass } from "../pass.ts";
import { bodyOf, closeLoop, openLoop, outputsOf, type Carry, type Loop, type Results } from "./loop.ts";
import {
  isBetterOutside,
  projectionLimits,
  projectionsAmong,
  weightsOf,
  type Projection,
  type ProjectionLimits,
} from "./projection.ts";

/**
 * A scan is one scan after another, where a state needs nothing of another one but what that emits, and where a
 * projection between the two can then leave its loop.
 *
 *     h, k = scan h0, k0, xs                    h, hs = scan h0, xs
 *       h = tanh(h u + x)               ->        h = tanh(h u + x)
 *       k = tanh(k v + h w)                     k = scan k0, hs
 *                                                 k = tanh(k v + h w)
 *
 * Layers of a stack run side by side, and their weights take turns at being read. If these are too many for the cache,
 * a loop of one layer is faster; and what its input is multiplied by is read once, for all steps (batchProjections).
 */
export const splitScansWithin = (limits: ProjectionLimits): Pass =>
  everywhere("splitScans", "outwards", (graph) =>
    rewrite(graph, (node, inputs) => {
      const loop = openLoop(node, inputs);
      const seam = loop && seamOf(loop, limits);
      return seam && outputsOf(loop, runBoth(loop, seam, limits));
    }),
  );

export const splitScans: Pass = splitScansWithin(projectionLimits);

/** Where a loop is split. */
interface Seam {
  /** The carries of the first loop, by what a step reads. */
  readonly first: ReadonlySet<Value>;
  /** What the first loop makes and the second one runs along. */
  readonly cut: readonly Value[];
  /** With this, all that the first loop emits. */
  readonly shown: ReadonlySet<Value>;
}

/** Both loops, each split further where that pays. */
function runBoth(loop: Loop, { first, shown, cut }: Seam, limits: ProjectionLimits): Results {
  const run = (part: Loop): Results => {
    const seam = seamOf(part, limits);
    return seam ? runBoth(part, seam, limits) : closeLoop(part);
  };
  const before = run({
    ...loop,
    carries: loop.carries.filter(({ inner }) => first.has(inner)),
    emitted: [...shown],
  });
  const after = run({
    ...loop,
    carries: loop.carries.filter(({ inner }) => !first.has(inner)),
    sequences: [...loop.sequences, ...cut.map((inner) => ({ inner, outer: before.rows(inner) }))],
    emitted: loop.emitted.filter((y) => !shown.has(y)),
  });
  return {
    last: (inner) => (first.has(inner) ? before : after).last(inner),
    rows: (y) => (shown.has(y) ? before : after).rows(y),
  };
}

/** The first seam at which splitting a loop pays. */
function seamOf(loop: Loop, limits: ProjectionLimits): Seam | undefined {
  if (loop.carries.length < 2) return undefined;
  const needs = new Needs(loop);
  const projections = projectionsAmong(loop, nodesOf(bodyOf(loop)));
  const groups = projections.map(({ x }) => needs.inAllSteps(x)).sort((a, b) => a.size - b.size);
  for (const group of groups) {
    if (group.size === 0 || group.size === loop.carries.length) continue;
    const own = new Set(nodesOf({ ...bodyOf(loop), outputs: [...group].map(({ next }) => next) }));
    const later = projections.filter(({ node }) => !own.has(node));
    const time = { length: loop.node.attrs.length, weights: weightsOf(later) };
    const leaving = later.filter(
      (each) =>
        needs.inStep(each.x).size > 0 &&
        [...needs.inAllSteps(each.x)].every((carry) => group.has(carry)) &&
        isBetterOutside(each, each.node.outputs[0]!, time, limits),
    );
    if (leaving.length === 0) continue;
    const seam = seamBehind(loop, group, leaving, needs);
    const stored = seam.cut.filter((x) => !loop.emitted.includes(x));
    // What is stored for the sake of the seam is no more than what has to be for what leaves the loop.
    if (elementsOf(stored) <= elementsOf(leaving.map(({ node }) => node.outputs[0]!))) return seam;
  }
  return undefined;
}

const elementsOf = (values: readonly Value[]): number =>
  values.reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** The seam behind some carries and what some projections read. */
function seamBehind(
  loop: Loop,
  group: ReadonlySet<Carry>,
  leaving: readonly Projection[],
  needs: Needs,
): Seam {
  const body = bodyOf(loop);
  const ends = [...[...group].map(({ next }) => next), ...leaving.map(({ x }) => x)];
  const made = nodesOf({ inputs: body.inputs, outputs: ends }).flatMap(({ outputs }) => outputs);
  const first = new Set([...group].map(({ inner }) => inner));
  // What needs no state is made in both loops: some of it is the same at every step, and would be stored for each.
  const own = new Set([...first, ...made.filter((x) => needs.inStep(x).size > 0)]);
  const others = loop.carries.filter((carry) => !group.has(carry)).map(({ next }) => next);
  const outputs = [...others, ...loop.emitted.filter((y) => !own.has(y))];
  const users = nodesOf({ inputs: [...body.inputs, ...own], outputs });
  const used = new Set([...outputs, ...users.flatMap(({ inputs }) => inputs)]);
  const cut = [...own].filter((x) => used.has(x));
  return { first, cut, shown: new Set([...cut, ...loop.emitted.filter((y) => own.has(y))]) };
}

/** Which carries the values of a body need. */
class Needs {
  readonly #inStep = new Map<Value, ReadonlySet<Carry>>();

  constructor(loop: Loop) {
    for (const carry of loop.carries) this.#inStep.set(carry.inner, new Set([carry]));
    for (const { inputs, outputs } of nodesOf(bodyOf(loop))) {
      const needed = new Set(inputs.flatMap((x) => [...this.inStep(x)]));
      for (const y of outputs) if (!this.#inStep.has(y)) this.#inStep.set(y, needed);
    }
  }

  /** What a value is made of in its own step. */
  inStep(x: Value): ReadonlySet<Carry> {
    return this.#inStep.get(x) ?? none;
  }

  /** And what that is made of in the steps before. */
  inAllSteps(x: Value): ReadonlySet<Carry> {
    const found = new Set(this.inStep(x));
    // A set is walked up to its end, also when it grows on the way.
    for (const { next } of found) for (const carry of this.inStep(next)) found.add(carry);
    return found;
  }
}

const none: ReadonlySet<Carry> = new Set();
