/**
 * Checks for cells of `@unroll/layers`, which is needed for this entry alone.
 *
 *     import { checkCell } from "@unroll/testing/cells";
 */
import {
  constant,
  evaluate,
  flatten,
  formatType,
  fromArray,
  leaves,
  nodesOf,
  randomKey,
  reference,
  unflatten,
  UnrollError,
  type Graph,
  type Leaf,
  type Tensor,
  type Tensors,
  type Value,
} from "@unroll/core";
import { init, initialState, unroll, type Cell } from "@unroll/layers";
import { checkGraphGradient } from "./check-gradient.ts";
import { uniformNumbers } from "./random.ts";
import { load, trace, type Traced } from "./trace.ts";

/** What a cell is run on. */
export interface CheckCellOptions<X, S = unknown> {
  /** How many features an input has, or a sequence of inputs: a tree of tensors [T, B, ...] with floats in f64. */
  readonly inputs: number | Tensors<X>;
  /** Default: 2, or that of `inputs`. */
  readonly batch?: number;
  /** Default: 3, or that of `inputs`. */
  readonly steps?: number;
  /** What it starts from, where states can't be any numbers. Default: random numbers close to the initial state. */
  readonly state?: Tensors<S>;
  /** Default: 1. */
  readonly order?: 1 | 2;
  /** Of parameters, states, inputs, keys and directions. Default: 0. */
  readonly seed?: number;
}

/** A cell that breaks a rule of cells. */
export class CellError extends UnrollError {
  override readonly name: string = "CellError";
}

/**
 * Check that a cell keeps the rules that everything around it counts on.
 *
 * - Its state keeps its tree and its types from step to step.
 * - The gradient of an unrolled sequence by parameters, first state and inputs is its slope, with a key and without.
 * - Every parameter has a part in what it gives.
 * - Rows are independent: what row i of the batch gives depends on row i of state and inputs alone, to the last bit.
 * - Without a key it draws nothing.
 *
 * Throws: CellError naming the rule and the leaf; GradientMismatchError, GradientUnclearError; what building the graph
 * throws, for a state that changes.
 *
 *     checkCell(lstm(3, 4), { inputs: 3 });
 */
export function checkCell<P, S, X, Y>(cell: Cell<P, S, X, Y>, options: CheckCellOptions<X, S>): void {
  const { order = 1, seed = 0 } = options;
  const args = argumentsOf(cell, options);
  const evaluation = unrolled(cell, args, undefined);
  checkDrawsNothing(evaluation.graph);
  checkParameters(evaluation, flatten(args[0]).length);
  checkRows(evaluation, args, seed);
  for (const key of [undefined, randomKey(seed)]) {
    const { graph, inputs } = key ? unrolled(cell, args, key) : evaluation;
    checkGraphGradient(graph, inputs, { order, seed });
  }
}

/** Parameters, first state and sequence. */
type Arguments = readonly [params: unknown, state: unknown, xs: unknown];

/** A cell along a sequence, as a graph. */
interface Unrolled extends Traced {
  /** The state after the last step and the outputs of all steps, as paths and values. */
  readonly results: readonly Leaf<Value>[];
}

/** Trees of any type, as a cell of any type takes them. */
type AnyCell = Cell<unknown, unknown, unknown, unknown>;

function unrolled<P, S, X, Y>(cell: Cell<P, S, X, Y>, args: Arguments, key: Tensor | undefined): Unrolled {
  let results: readonly Leaf<Value>[] = [];
  const run = (params: never, state: never, xs: never): unknown => {
    const [last, ys] = unroll(cell as unknown as AnyCell, params, state, xs, { key: key && constant(key) });
    const given = { state: last, y: ys };
    results = leaves(given);
    return given;
  };
  const traced = trace(run, args as never);
  return { ...traced, results };
}

function argumentsOf<P, S, X, Y>(cell: Cell<P, S, X, Y>, options: CheckCellOptions<X, S>): Arguments {
  const { inputs, seed = 0 } = options;
  const random = uniformNumbers(seed);
  const first = typeof inputs === "number" ? undefined : (flatten(inputs)[0]?.leaf as Tensor | undefined);
  const steps = options.steps ?? first?.shape[0] ?? 3;
  const batch = options.batch ?? first?.shape[1] ?? 2;
  const xs =
    typeof inputs === "number"
      ? nearby(
          fromArray(
            { dtype: "f64", shape: [steps, batch, inputs] },
            new Float64Array(steps * batch * inputs),
          ),
          random,
        )
      : inputs;
  const params = mapTensors(init(cell.params, seed, { dtype: "f64" }), (x) => nearby(x, random));
  const start = (): unknown =>
    mapTensors(evaluate(initialState(cell.state, { batch, dtype: "f64" })), (x) => nearby(x, random));
  return [params, options.state ?? start(), xs];
}

/** A tensor whose floats are off by up to 1/2, so that what starts at zero is not left unseen. */
function nearby(x: Tensor, random: () => number): Tensor {
  if (x.type.dtype !== "f64") return x;
  return fromArray(
    x.type,
    Float64Array.from(x.data, (n) => n + random() - 0.5),
  );
}

const mapTensors = (tree: unknown, f: (x: Tensor) => Tensor): unknown =>
  unflatten(
    tree,
    flatten(tree).map(({ leaf }) => f(leaf as Tensor)),
  );

function checkDrawsNothing(graph: Graph): void {
  for (const { op, attrs } of nodesOf(graph)) {
    if (op.key !== undefined) {
      throw new CellError(
        `checkCell: without a key its step draws with ${op.name}.`,
        "A step without a key is evaluation: give what stands for no noise.",
      );
    }
    for (const body of op.bodies?.(attrs) ?? []) checkDrawsNothing(body);
  }
}

function checkParameters({ graph }: Unrolled, count: number): void {
  const used = new Set(nodesOf(graph).flatMap(({ inputs }) => inputs));
  const idle = graph.inputs.slice(0, count).filter((x) => !used.has(x));
  if (idle.length === 0) return;
  const names = idle.map((x) => `${x.label} ${formatType(x.type)}`).join(", ");
  throw new CellError(
    `checkCell: nothing that it gives depends on ${names}.`,
    "Use it, or leave it out of params.",
  );
}

/** Change all rows of state and inputs but one, and see whether that one gives other numbers. */
function checkRows({ graph, inputs, results }: Unrolled, [params, state]: Arguments, seed: number): void {
  const [first, second] = [flatten(params).length, flatten(params).length + flatten(state).length];
  /** Which axis the batch is of an input: of the state the first, behind time of the sequence. */
  const axisOf = (i: number): number | undefined => (i < first ? undefined : i < second ? 0 : 1);
  const run = load(graph, reference());
  const before = run.run(inputs);
  const batch =
    results.find(({ path }) => path.startsWith("state"))?.leaf.shape[0] ?? results[0]!.leaf.shape[1] ?? 1;
  for (let row = 0; row < batch; row++) {
    const random = uniformNumbers(seed + row + 1);
    const changed = inputs.map((x, i) => {
      const axis = axisOf(i);
      return axis === undefined ? x : withOtherRows(x, axis, row, random);
    });
    run.run(changed).forEach((after, i) => {
      const { path, leaf } = results[i]!;
      const axis = path.startsWith("state") ? 0 : 1;
      if (leaf.shape[axis] !== batch) {
        throw new CellError(
          `checkCell: over time ${path} is ${formatType(leaf.type)}; its axis ${axis} is no batch of ${batch}.`,
        );
      }
      const rows = rowIndices(leaf.shape, axis);
      const at = rows.findIndex((r, j) => r === row && !Object.is(after.data[j], before[i]!.data[j]));
      if (at < 0) return;
      throw new CellError(
        `checkCell: row ${row} of ${path} ${formatType(leaf.type)} was ${before[i]!.data[at]} and is ${after.data[at]} when other rows change.`,
        "Every row of a batch is a sequence of its own: reduce along other axes than the batch.",
      );
    });
  }
}

/** For every element the row that it belongs to. */
function rowIndices(shape: readonly number[], axis: number): readonly number[] {
  const size = (sizes: readonly number[]): number => sizes.reduce((n, one) => n * one, 1);
  const inner = size(shape.slice(axis + 1));
  return Array.from({ length: size(shape) }, (_, i) => Math.floor(i / inner) % shape[axis]!);
}

/** Other floats in all rows but one. Integers may mean something: they become those of that row. */
function withOtherRows(x: Tensor, axis: number, row: number, random: () => number): Tensor {
  const rows = rowIndices(x.shape, axis);
  const inner = x.shape.slice(axis + 1).reduce((n, one) => n * one, 1);
  const isFloat = x.type.dtype === "f32" || x.type.dtype === "f64";
  const data = x.data.slice();
  rows.forEach((r, i) => {
    if (r === row) return;
    data[i] = isFloat ? 2 * random() - 1 : x.data[i + (row - r) * inner]!;
  });
  return fromArray(x.type, data);
}
