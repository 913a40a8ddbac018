import { hostRandom, type Random } from "@unroll/core";
import { batchesOf, type Batch, type Batches } from "../batches.ts";
import { checkCount, checkSeed } from "../error.ts";

/** Batches without end, and what a model must do better than. */
export interface Problem extends Batches {
  /** The loss of a model without memory, in the units that the problem names. */
  readonly baseline: number;
}

/** A problem whose inputs are symbols. */
export interface SymbolProblem extends Problem {
  /** Number of different ids in x. */
  readonly size: number;
  /** Number of different ids in y. */
  readonly classes: number;
}

/** What every problem is drawn from. */
export interface ProblemOptions {
  /** Sequences in a batch: B. */
  readonly batch: number;
  readonly seed: number;
}

/** Options of a problem of sequences of a given length. */
export interface LengthOptions extends ProblemOptions {
  /** Steps of a sequence: T. */
  readonly length: number;
}

/**
 * Batches without end, each drawn from the seed, the name of the problem and its position alone.
 *
 * Throws: DataError when the seed or a count is out of its range; `least` has the smallest of each count.
 */
export function drawn(
  op: string,
  { batch, seed }: ProblemOptions,
  counts: Readonly<Record<string, readonly [value: number, least: number]>>,
  make: (random: Random) => Batch,
): Batches {
  checkCount(op, "batch", batch, 1);
  for (const [name, [value, least]] of Object.entries(counts)) checkCount(op, name, value, least);
  checkSeed(op, seed);
  const name = op.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return batchesOf(op, Infinity, (position) => make(hostRandom(seed, `${name} ${position}`)));
}

/** A whole number from `first` on, below `end`. */
export const between = (random: Random, first: number, end: number): number =>
  first + Math.floor(random.uniform() * (end - first));
