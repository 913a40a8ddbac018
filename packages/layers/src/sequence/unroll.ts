import {
  flatten,
  forkEach,
  iota,
  isValue,
  less,
  scan,
  ShapeError,
  TreeError,
  unsqueeze,
  type ScanOptions,
  type Value,
  type Values,
} from "@unroll/core";
import type { Cell } from "../spec/cell.ts";
import { checkLengths, freeze, silence } from "./lengths.ts";
import { checkProbe, withProbes, type Probe } from "./probe.ts";
import { kindOf } from "../spec/specs.ts";

/** How a cell is run along a sequence. */
export interface UnrollOptions<S> {
  /** For training: every step gets a key of its own, forked from this one. */
  readonly key?: Value | undefined;
  /**
   * The number of steps of every sequence, i32 [B]. What stands behind them is padding, of which a step
   * must make finite numbers.
   */
  readonly lengths?: Value | undefined;
  /** From the last step of every sequence to its first. What step t gives still stands at position t. */
  readonly reverse?: boolean;
  /** Number of steps; needed when there is no sequence to tell. */
  readonly length?: number;
  /** Of how many steps a derivative keeps one state, to run those between once more: see `scan`. */
  readonly remat?: ScanOptions["remat"];
  /** Sequences that are added to new states: zeros, of which `gradient` gives dL/dh for every step. */
  readonly probe?: Probe<S> | undefined;
}

/**
 * Run a cell along a sequence: the state after the last step, and the outputs of all steps.
 *
 * With `lengths`, a padded batch gives what its sequences give one by one: the state stands still behind
 * the end of each, outputs are zeros there, and in reverse every sequence starts at its own end. A model
 * that is fed its own outputs is a `scan` of one's own, around `cell.step`.
 *
 * Shapes: every leaf of xs is [T, ...], every leaf of the outputs [T, ...]. States have the batch axis in
 * front; with `lengths`, outputs as well.
 * Gradient: backpropagation through time; that of `probe` is the total dL/dh of the state after every step.
 * Throws: ShapeError, DTypeError, TreeError when state, sequence, lengths or probe do not fit.
 *
 *     const [last, hs] = unroll(rnn, params.rnn, carry, xs);
 */
export function unroll<P, S, X, Y>(
  cell: Cell<P, S, X, Y>,
  params: NoInfer<Values<P>>,
  state: NoInfer<Values<S>>,
  xs: NoInfer<X>,
  options: UnrollOptions<NoInfer<S>> = {},
): [Values<S>, Y] {
  const { key, lengths, reverse = false, length = lengthOf(xs), probe, remat } = options;
  if (lengths) checkLengths("unroll", lengths, state);
  if (probe) checkProbe(probe, state, length);
  const steps = {
    x: xs,
    key: key && forkEach(key, length),
    inside: lengths && less(unsqueeze(iota(length), 1), lengths),
    probe,
  };
  return run(
    (before, { x, key, inside, probe }) => {
      const stepped = cell.step(params, before, x, key);
      const [after, y] = probe ? withProbes(stepped, probe) : stepped;
      return inside ? [freeze(inside, after, before), silence(inside, y)] : [after, y];
    },
    state,
    steps,
    { reverse, length, remat },
  );
}

/**
 * scan, whose type refuses surplus states by their keys; which they are is known where a cell is made, and
 * not here.
 */
const run = scan as unknown as <S, X, Y>(
  step: (state: S, x: X) => readonly [S, Y],
  init: S,
  xs: X,
  options: ScanOptions,
) => [S, Y];

/** The number of steps of the first sequence; scan looks at the others. */
function lengthOf(xs: unknown): number {
  const [first] = flatten(xs);
  if (first === undefined) {
    throw new ShapeError("unroll: there is no sequence to tell the number of steps.", "Pass { length }.");
  }
  const { path, leaf } = first;
  const name = path ? `xs.${path}` : "xs";
  if (!isValue(leaf)) {
    throw new TreeError(
      `unroll: ${name} is a ${kindOf(leaf)}, not a Value.`,
      "Pass it as an argument of the compiled function, or lift it with constant(tensor).",
    );
  }
  const [length] = leaf.shape;
  if (length !== undefined) return length;
  throw new ShapeError(`unroll: ${name} is a scalar and has no axis of time.`);
}
