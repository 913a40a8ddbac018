import type { Tensor } from "@unroll/core";
import { checkCount, DataError } from "./error.ts";

/** Inputs and targets of one training step: what a compiled step is given. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

/**
 * Batches in a fixed order. Iterating begins at the first one each time, and any can be made without those before it.
 *
 *     for (const batch of batches.from(position)) trainer.step(batch); // resumes exactly
 */
export interface Batches extends Iterable<Batch> {
  /**
   * The batch at a position, counted from 0. Its tensors are made anew.
   *
   * Throws: DataError when there is none.
   */
  at(position: number): Batch;
  /**
   * The batches from a position on.
   *
   * Throws: DataError when the position is beyond the end. The end itself is legal: nothing follows it.
   */
  from(position: number): Iterable<Batch>;
}

/** Batches that `make` gives for 0, 1 and so on below `count`, which may be infinite. */
export function batchesOf(op: string, count: number, make: (position: number) => Batch): Batches {
  const check = (position: number, last: number): void => {
    checkCount(op, "position", position, 0);
    if (position <= last) return;
    throw new DataError(`${op}: position ${position} is beyond the ${count} batches.`);
  };
  const from = (position: number): Iterable<Batch> => {
    check(position, count);
    return {
      *[Symbol.iterator]() {
        for (let k = position; k < count; k++) yield make(k);
      },
    };
  };
  return {
    at(position) {
      check(position, count - 1);
      return make(position);
    },
    from,
    [Symbol.iterator]: () => from(0)[Symbol.iterator](),
  };
}
