/**
 * Checks for cells of `@unroll/layers`, which is needed for this entry alone.
 *
 *     import { checkCell } from "@unroll/testing/cells";
 */
import { flatten, UnrollError, type Engine, type Tensor, type Tensors } from "@unroll/core";
import { wasm } from "@unroll/core/wasm";
import { unroll, type Cell } from "@unroll/layers";
import fc from "fast-check";
import { arbitraryDraft } from "./cell/arbitrary-draft.ts";
import type { AnyCell, AnyUnroll, Sizes, Subject, Unroll } from "./cell/case.ts";
import { search } from "./cell/search.ts";

export { arbitraryCell, type ArbitraryCellOptions, type RandomCell } from "./cell/arbitrary-cell.ts";
export { CellError, type CellErrorPlace } from "./cell/error.ts";
export type { Sizes, Unroll } from "./cell/case.ts";

/** How a cell is checked, whatever it is. */
export interface CheckOptions<S> {
  /** Cases that are drawn. Default: 10. */
  readonly runs?: number;
  /** Of fast-check, which draws everything. Default: another one every time. */
  readonly seed?: number;
  /** The case of that seed, as a CellError names it. Default: all of them. */
  readonly path?: string;
  /** Default: 5. */
  readonly maxSteps?: number;
  /** Default: 3. */
  readonly maxBatch?: number;
  /** The only size of a batch, for a cell that has captured something of that size. */
  readonly batch?: number;
  /** What it starts from, where states can't be any numbers. Default: numbers close to the initial state. */
  readonly state?: Tensors<S> | ((sizes: Sizes) => fc.Arbitrary<Tensors<S>>);
  /** 1 leaves the gradient of the gradient out, for a cell that has none. Default: 2. */
  readonly order?: 1 | 2;
  /** Says that it takes f64 alone, having captured tensors of that dtype. Default: f32 and f64. */
  readonly dtype?: "f64";
  /** What is compared with f64. Default: the WebAssembly engine. */
  readonly engine?: Engine;
  /** The loop that runs it, for whoever has one of their own. Default: that of `@unroll/layers`. */
  readonly unroll?: Unroll;
}

/** How a cell of certain sizes is checked. */
export interface CheckCellOptions<X, S = unknown, P = unknown> extends CheckOptions<S> {
  /**
   * How many features an input has; or a sequence, a tree of tensors [T, B, ...]; or how fast-check draws one. Of the
   * numbers that are given none is changed but along the gradient, and sizes are those of the tensors.
   */
  readonly inputs: number | Tensors<X> | ((sizes: Sizes) => fc.Arbitrary<Tensors<X>>);
  /** Where parameters can't be any numbers. Default: numbers close to those that `init` draws. */
  readonly params?: Tensors<P>;
}

/** How cells of all sizes are checked. */
export interface CheckCellsOptions<X, S = unknown> extends CheckOptions<S> {
  /** How fast-check draws a sequence. Default: numbers [T, B, inputs] from -2 to 2. */
  readonly inputs?: (sizes: Sizes) => fc.Arbitrary<Tensors<X>>;
  /** Of inputs and hidden units. Default: 4. */
  readonly maxSize?: number;
}

/**
 * Check that a cell keeps the rules that everything around it counts on.
 *
 * fast-check draws sizes, lengths, inputs, states and parameters. For each case
 *
 * - it runs: states keep their types, and the batch is the first axis of all states and outputs;
 * - every parameter has a part in what it gives;
 * - a random key is used once, and without one nothing is drawn;
 * - rows are independent: what row i gives depends on row i of state and inputs alone, to the last bit;
 * - a scan is a loop of steps, in values and gradients, both ways through time;
 * - a padded batch is its sequences one by one, both ways, and padding has no gradient;
 * - chunks that carry their state are one long run, and truncated ones have the gradient of chunks run one by one;
 * - the gradient by parameters, first state and inputs is the slope, to second order, with a key and without;
 * - values and gradients are finite in f32, for inputs up to 10000;
 * - f32 on the WebAssembly engine gives the numbers of f64, up to a bound from the roundings of this very graph.
 *
 * A cell with `rows: "coupled"` is excused from independent rows and, since that follows from them, from equal results
 * one by one. Kinks are stepped aside from; a cell that has no slope anywhere is refused.
 *
 * Throws: CellError naming the rule, the leaf and both numbers, with the smallest case that breaks the rule, how to
 * repeat it, and the graph of a step.
 *
 *     test("lstm", () => checkCell(lstm));
 *     test("three to four", () => checkCell(lstm(3, 4), { inputs: 3 }));
 */
export function checkCell<P, S, X, Y>(
  cell: Cell<P, S, X, Y>,
  options: CheckCellOptions<NoInfer<X>, NoInfer<S>, NoInfer<P>>,
): void;
export function checkCell<P, S, X, Y>(
  make: (inputs: number, hidden: number) => Cell<P, S, X, Y>,
  options?: CheckCellsOptions<NoInfer<X>, NoInfer<S>>,
): void;
export function checkCell(cell: unknown, options: object = {}): void {
  checkAnyCell(cell, options);
}

/** Options of both forms. */
type AnyOptions = Partial<CheckCellOptions<unknown>> & { readonly maxSize?: number };

function checkAnyCell(cell: unknown, options: AnyOptions): void {
  const isMade = typeof cell === "function";
  const { inputs, state, runs = 10, seed, path, maxSize = 4, maxSteps = 5, maxBatch = 3, batch } = options;
  if (!isMade && inputs === undefined) {
    throw new UnrollError(
      "checkCell: it is not said what the inputs of the cell are.",
      "Pass { inputs: 3 } for 3 features, a sequence of tensors, or a function of sizes in place of the cell.",
    );
  }
  const given = firstOf(inputs);
  const drafts = arbitraryDraft({
    isMade,
    inputs: typeof inputs === "number" ? inputs : 0,
    maxSize,
    maxSteps,
    maxBatch,
    steps: given?.shape[0],
    batch: batch ?? given?.shape[1] ?? firstOf(state)?.shape[0],
    xs: drawn(inputs),
    state: drawn(state),
  });
  search(drafts, subjectOf(cell, options), { runs, seed, path });
}

function subjectOf(cell: unknown, options: AnyOptions): Subject {
  const { inputs, params, order = 2, dtype, unroll: loop = unroll, engine } = options;
  const isMade = typeof cell === "function";
  return {
    make: isMade ? (cell as Subject["make"]) : () => cell as AnyCell,
    isMade,
    anyInputs: inputs === undefined || typeof inputs === "number",
    params,
    order,
    dtype,
    unroll: loop as AnyUnroll,
    engine: () => engine ?? (fast ??= wasm()),
  };
}

/** Made when it is first needed. */
let fast: Engine | undefined;

/** The first tensor of a tree of them; undefined for what is none. */
const firstOf = (tree: unknown): Tensor | undefined =>
  typeof tree === "object" ? (flatten(tree)[0]?.leaf as Tensor | undefined) : undefined;

/** An option that is tensors, or draws them, as what draws them; undefined for what is neither. */
function drawn(option: unknown): ((sizes: Sizes) => fc.Arbitrary<unknown>) | undefined {
  if (typeof option === "function") return option as (sizes: Sizes) => fc.Arbitrary<unknown>;
  return typeof option === "object" ? () => fc.constant(option) : undefined;
}
