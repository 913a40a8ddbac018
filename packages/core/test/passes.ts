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

/** The numbers of a program as they are without passes, and the largest difference that passes make, relative to the largest of each result. */
export function difference(program: Program, passes: readonly Pass[]): number {
  const [plain, passed] = [results(program, []), results(program, passes)];
  const distances = [...plain].map(([path, { data: expected }]) => {
    const { data } = passed.get(path)!;
    const size = expected.reduce<number>(
      (most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most),
      1,
    );
    const apart = Array.from(expected, (x, i) =>
      Object.is(x, data[i]) || x === data[i] ? 0 : Math.abs(x - data[i]!),
    );
    return apart.reduce((most, x) => (Number.isNaN(x) ? Infinity : Math.max(most, x)), 0) / size;
  });
  return Math.max(0, ...distances);
}

/** The scans of a graph on its outermost level. */
export const scansOf = (graph: Graph): readonly Node<ScanAttrs>[] =>
  nodesOf(graph).filter(({ op }) => op.bodies) as Node[] as Node<ScanAttrs>[];

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
