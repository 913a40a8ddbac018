import type { Tensors } from "../graph/spec.ts";
import { graph, type Graph } from "../graph/graph.ts";
import { argumentNames, returned, symbolic } from "./arguments.ts";

/** A graph with the paths of what the function returned: `loss`, `gradient.rnn.wx`. The root's path is empty. */
export interface Traced extends Graph {
  readonly paths: readonly string[];
}

/**
 * The graph that `compile` makes of a function when it is called with these tensors: what drawings and reports are made
 * of. Nothing is computed; of the tensors only the types matter.
 *
 * Throws: what building the graph throws.
 *
 *     print(trace((x: Value) => tanh(mul(2, x)), tensor([1, 2])));
 */
export function trace<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  ...args: { readonly [K in keyof A]: Tensors<A[K]> }
): Traced {
  const names = argumentNames(f, args.length);
  const symbols = args.map((arg, i) => symbolic(arg, names[i], i));
  const result = (f as unknown as (...trees: unknown[]) => unknown)(...symbols.map(({ tree }) => tree));
  const outputs = returned("trace", result);
  const closed = graph(
    symbols.flatMap(({ inputs }) => inputs),
    outputs.map(({ leaf }) => leaf),
  );
  return { ...closed, paths: outputs.map(({ path }) => path) };
}
