import { compile, reference, type Engine, type Graph, type Tensor } from "../src/index.ts";
import { nodesOf } from "../src/graph/graph.ts";
import type { Node } from "../src/graph/node.ts";
import type { ScanAttrs } from "../src/scan/layout.ts";
import { flatten } from "../src/tensor/tree.ts";
import { runPasses, type Pass } from "../src/compiler/pass.ts";

/** A function on values, and what it is called with. */
export type Program = readonly [(...args: never[]) => unknown, readonly unknown[]];

/** The reference engine, given graphs after some passes. */
export function after(passes: readonly Pass[], look?: (graph: Graph) => void): Engine {
  const engine = reference();
  return {
    ...engine,
    plan(graph, options) {
      const passed = runPasses(passes, graph, { verify: true });
      look?.(passed);
      return engine.plan(passed, options);
    },
  };
}

/** The results of a program, by path. */
export function results([f, args]: Program, passes: readonly Pass[]): Map<string, Tensor> {
  const made: unknown = compile(f as (...xs: unknown[]) => unknown, { engine: after(passes) })(
    ...(args as never[]),
  );
  return new Map(flatten(made).map(({ path, leaf }) => [path, leaf as Tensor]));
}

/** The graph of a program after some passes. */
export function optimised([f, args]: Program, passes: readonly Pass[]): Graph {
  let found: Graph | undefined;
  const engine = after(passes, (graph) => (found = graph));
  compile(f as (...xs: unknown[]) => unknown, { engine })(...(args as never[]));
  return found!;
}

/**
 * How far passes move the results of a program, relative to the largest number of each, or to 1 if that is
 * smaller. Infinite when a number becomes NaN or the other way round.
 */
export function difference(program: Program, passes: readonly Pass[]): number {
  const [plain, passed] = [results(program, []), results(program, passes)];
  const apart = [...plain].map(([path, { data }]) => {
    const [expected, actual] = [Array.from(data), Array.from(passed.get(path)!.data)];
    const size = Math.max(1, ...expected.filter(Number.isFinite).map(Math.abs));
    const distances = expected.map((x, i) =>
      x === actual[i] || Object.is(x, actual[i]) ? 0 : Math.abs(x - actual[i]!),
    );
    return distances.some(Number.isNaN) ? Infinity : Math.max(0, ...distances) / size;
  });
  return Math.max(0, ...apart);
}

/** The scans of a graph on its outermost level. */
export const scansOf = (graph: Graph): readonly Node<ScanAttrs>[] =>
  nodesOf(graph).filter((node): node is Node<ScanAttrs> => node.op.bodies !== undefined);

/** How often ops of a name stand in a graph, without its bodies. */
export const count = (graph: Graph, ...names: readonly string[]): number =>
  nodesOf(graph).filter(({ op }) => names.includes(op.name)).length;

/** The contractions of a graph, without its bodies. */
export const contractions = (graph: Graph): number =>
  nodesOf(graph).filter(({ op }) => op.traits?.contraction).length;

/** The contractions in each scan's body. */
export const inLoops = (graph: Graph): readonly number[] =>
  scansOf(graph).map(({ attrs }) => contractions(attrs.body));

/** The names of a graph's ops in order, fills left out; those of bodies stand in brackets. */
export const opsOf = (graph: Graph): string =>
  nodesOf(graph)
    .filter(({ op }) => op.name !== "full")
    .map(({ op, attrs }) => op.name + (op.bodies?.(attrs) ?? []).map((body) => `(${opsOf(body)})`).join(""))
    .join(" ");
