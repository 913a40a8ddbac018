import {
  add,
  constant,
  flatten,
  fromArray,
  gradient,
  graph,
  input,
  leaves,
  mul,
  sum,
  unflatten,
  type Engine,
  type Graph,
  type Tensor,
  type TensorType,
  type Value,
} from "@unroll/core";
import type { UnrollOptions } from "@unroll/layers";
import { uniformNumbers } from "../random.ts";
import { load } from "../trace.ts";
import { narrow, narrowTensor } from "../widen.ts";
import { keyOf, mapTensors, tensorsOf, type Case, type Given } from "./case.ts";

/** A way to run a cell: the state after the last step, and the outputs of all steps. */
export type Run = (params: unknown, state: unknown, xs: unknown) => readonly [state: unknown, ys: unknown];

/** A run as a graph, and the tensors it is run on. */
export interface TracedRun {
  readonly graph: Graph;
  readonly inputs: readonly Tensor[];
  /** Of the graph's outputs: `state.h`, `y`, `gradient.params.w`. */
  readonly paths: readonly string[];
}

/** Tensors by path. */
export type Numbers = ReadonlyMap<string, Tensor>;

/** What every float of a result counts in the loss whose gradient is taken: trees like both results. */
export interface Weights {
  readonly state: unknown;
  readonly y: unknown;
}

/** The cell of a case along its sequence, or along one of as many steps as the options say. */
export const unrolled =
  (one: Case, options: UnrollOptions<unknown> = {}): Run =>
  (params, state, xs) =>
    one.subject.unroll(one.cell, params, state, xs, {
      key: keyOf(one),
      length: one.steps,
      reverse: one.reverse,
      ...options,
    });

/** The results of a run as a graph. */
export function traceValues(run: Run, given: Given): TracedRun {
  const { params, state, xs } = symbolsOf(given);
  const [last, y] = run(params, state, xs);
  return close(given, { params, state, xs }, { state: last, y });
}

/** The results of a run, and the gradient of their weighted sum by all that went in, as a graph. */
export function traceGradient(run: Run, given: Given, weights: Weights): TracedRun {
  const symbols = symbolsOf(given);
  const [last, y] = run(symbols.params, symbols.state, symbols.xs);
  const loss = weightedSum({ state: last, y }, weights);
  // A tree of any structure: its type says nothing of its leaves.
  const slopes = loss && gradient(loss, symbols as never, { allowUnused: true });
  return close(given, symbols, { state: last, y, gradient: slopes });
}

/** Inputs of a graph in the place of tensors, named by their paths. */
const symbolsOf = ({ params, state, xs }: Given): Given => ({
  params: symbolsFor("params", params),
  state: symbolsFor("state", state),
  xs: symbolsFor("xs", xs),
});

/** An input of a graph for every tensor of a tree, of its type or another. */
export function symbolsFor(
  name: string,
  tree: unknown,
  typeOf: (type: TensorType) => TensorType = (type) => type,
): unknown {
  const symbols = flatten({ [name]: tree }).map(({ path, leaf }) =>
    input(typeOf((leaf as Tensor).type), path),
  );
  return unflatten(tree, symbols);
}

function close(given: Given, symbols: Given, results: object): TracedRun {
  const outputs = leaves(results);
  return {
    graph: graph(
      inOrder<Value>(symbols),
      outputs.map(({ leaf }) => leaf),
    ),
    inputs: inOrder<Tensor>(given),
    paths: outputs.map(({ path }) => path),
  };
}

/** What a cell is run on, as the inputs of a graph. */
export const inOrder = <Leaf = Tensor>({ params, state, xs }: Given): readonly Leaf[] =>
  [params, state, xs].flatMap((tree) => flatten(tree).map(({ leaf }) => leaf as Leaf));

/** The sum of all floats that have a weight, times it; undefined when there are none. */
function weightedSum(results: Weights, weights: Weights): Value | undefined {
  const byPath = new Map(tensorsOf(weights).map(({ path, leaf }) => [path, leaf]));
  const terms = leaves(results)
    .filter(({ path, leaf }) => isFloat(leaf) && byPath.has(path))
    .map(({ path, leaf }) => sum(mul(leaf, constant(byPath.get(path)!))));
  return terms.length === 0 ? undefined : terms.reduce((total, term) => add(total, term));
}

/** Weights for the results of a run, away from 0. */
export function drawWeights(run: Run, given: Given, seed: number): Weights {
  const { params, state, xs } = symbolsOf(given);
  const [last, y] = run(params, state, xs);
  const random = uniformNumbers(seed + 1);
  const results = { state: last, y };
  const drawn = leaves(results).map(({ leaf: { shape, type } }) => {
    const length = shape.reduce((size, one) => size * one, 1);
    const numbers = Float64Array.from({ length }, () => (random() < 0.5 ? -1 : 1) * (0.5 + random() / 2));
    return fromArray(
      { dtype: type.dtype === "f32" ? "f32" : "f64", shape },
      type.dtype === "f32" ? Float32Array.from(numbers) : numbers,
    );
  });
  return unflatten<unknown>(results, drawn) as Weights;
}

/** Run a graph once. */
export function numbersOf({ graph: closed, inputs, paths }: TracedRun, engine: Engine): Numbers {
  const program = load(closed, engine);
  try {
    const tensors = program.run(inputs);
    return new Map(paths.map((path, i) => [path, tensors[i]!]));
  } finally {
    program.dispose();
  }
}

/**
 * `traceGradient` in f32. The graph is built anew, so that a dtype that a step has written down is found; that of a
 * cell which takes f64 alone is narrowed.
 */
export function traceInF32(one: Case, run: Run, { params, state, xs }: Given): TracedRun {
  const trace = (given: Given): TracedRun => traceGradient(run, given, drawWeights(run, given, one.seed));
  if (one.subject.dtype === "f64") {
    const { graph: wide, inputs, paths } = trace({ params, state, xs });
    return { graph: narrow(wide), inputs: inputs.map(narrowTensor), paths };
  }
  const inF32 = (tree: unknown): unknown => mapTensors(tree, narrowTensor);
  return trace({ params: inF32(params), state: inF32(state), xs: inF32(xs) });
}

export const isFloat = ({ type }: { readonly type: Tensor["type"] }): boolean =>
  type.dtype === "f32" || type.dtype === "f64";
