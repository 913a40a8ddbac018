import type { Tensors } from "../graph/spec.ts";
import { graph, type Graph } from "../graph/graph.ts";
import { argumentNames, returned, symbolic } from "./arguments.ts";

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
): Graph {
  const names = argumentNames(f, args.length);
  const symbols = args.map((arg, i) => symbolic(arg, names[i], i));
  const result = (f as unknown as (...trees: unknown[]) => unknown)(...symbols.map(({ tree }) => tree));
  const outputs = returned("trace", result);
  return graph(
    symbols.flatMap(({ inputs }) => inputs),
    outputs.map(({ leaf }) => leaf),
    outputs.map(({ path }) => path),
  );
}
