import {
  compile,
  type Engine,
  type Executable,
  type Graph,
  type Program,
  type Tensor,
  type Tensors,
} from "@unroll/core";

/** Tensors for the arguments of a graph function. */
export type TensorsFor<A extends readonly unknown[]> = { readonly [K in keyof A]: Tensors<A[K]> };

/** A graph function as a graph, with the tensors it was called with in the order of the graph's inputs. */
export interface Traced {
  readonly graph: Graph;
  readonly inputs: readonly Tensor[];
}

const nothing: Program = {
  kernels: [],
  buffers: [],
  inputs: [],
  outputs: [],
  statements: [],
  checks: "none",
};

/**
 * Call a graph function once, with symbols in place of the tensors.
 *
 * `compile` does it, with an engine that only looks: so arguments are checked and named as a user sees them.
 */
export function trace<A extends readonly unknown[]>(f: (...args: A) => unknown, args: TensorsFor<A>): Traced {
  let graph: Graph = { inputs: [], outputs: [] };
  let inputs: readonly Tensor[] = [];
  const watch: Executable = {
    run(tensors) {
      inputs = tensors;
      return graph.outputs.map(() => tensors[0]!);
    },
    dispose() {},
  };
  const onlooker: Engine = {
    name: "trace",
    checks: "none",
    plan(traced) {
      graph = traced;
      return nothing;
    },
    load: () => watch,
    store: (tensor) => tensor,
    dispose() {},
  };
  compile(f, { engine: onlooker })(...args);
  return { graph, inputs };
}

/** A graph as a function on tensors. */
export function load(graph: Graph, engine: Engine): Executable {
  return engine.load(engine.plan(graph, { checks: engine.checks }));
}
