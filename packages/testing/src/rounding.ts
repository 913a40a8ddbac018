import {
  constant,
  fromArray,
  mul,
  type Engine,
  type Graph,
  type Node,
  type Tensor,
  type Value,
} from "@unroll/core";
import { sizeOf } from "./arbitraries.ts";
import { unitRoundoff } from "./closeness.ts";
import { copyGraph } from "./copy-graph.ts";
import { uniformNumbers } from "./random.ts";
import { load } from "./trace.ts";
import { widen, widenTensor } from "./widen.ts";

/** What a graph should compute, and how far rounding may take the results from it. */
export interface Rounded {
  readonly exact: readonly Tensor[];
  /** For every output, the largest error of one of its numbers. */
  readonly bounds: readonly number[];
}

/** Copies with errors. One may happen to have little effect on a result; all of them hardly will. */
const copies = 4;

/** A function that is off by 4 ulp errs as if its operand was off by 8 roundings. */
const perNode = 8;

/**
 * The results of a graph in f64, with a bound on what an engine that computes it in f32 may be off by.
 *
 * Rounding errors of a node are those of slightly other operands: of n terms that are joined each is off by n roundings
 * at most, and a function's operand by 8. So copies of the graph in f64 are run in which every operand of every node is
 * off by so much, by random signs, in the bodies of scans as well. A conforming engine makes errors that are smaller,
 * mostly a quarter of these; the bound is four times the largest effect on any number of an output, and the rounding of
 * the output itself, which is nobody's operand.
 *
 * Source: Vignes, A stochastic arithmetic for reliable scientific computation, 1993.
 */
export function roundedResults(graph: Graph, inputs: readonly Tensor[], engine: Engine): Rounded {
  const wide = widen(graph);
  const point = inputs.map(widenTensor);
  const exact = load(wide, engine).run(point);
  const bounds = exact.map(() => 0);
  for (let seed = 1; seed <= copies; seed++) {
    const perturbed = load(perturb(wide, uniformNumbers(seed)), engine).run(point);
    perturbed.forEach(({ data }, i) => {
      data.forEach((x, at) => {
        const effect = Math.abs(x - exact[i]!.data[at]!);
        if (effect > bounds[i]!) bounds[i] = effect;
      });
    });
  }
  return { exact, bounds: exact.map((output, i) => 4 * bounds[i]! + roundingOf(output)) };
}

/** What the largest number of an output may be off by when its node was given what is exact. */
const roundingOf = ({ data }: Tensor): number =>
  data instanceof Float64Array
    ? perNode * unitRoundoff.f32 * data.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
    : 0;

const perturb = (graph: Graph, random: () => number): Graph =>
  copyGraph(graph, {
    operand(x, node) {
      if (x.type.dtype !== "f64") return x;
      const size = termsOf(node) * unitRoundoff.f32;
      const factors = Float64Array.from(
        { length: sizeOf(x.shape) },
        () => 1 + (random() < 0.5 ? -size : size),
      );
      return mul(x, constant(fromArray(x.type, factors)));
    },
  });

/** How many roundings of an operand a node's errors come to. */
function termsOf({ inputs, outputs }: Node): number {
  const count = (values: readonly Value[]): number =>
    values.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return perNode + Math.ceil(count(inputs) / Math.max(1, count(outputs)));
}
