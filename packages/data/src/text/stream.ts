import { fromArray } from "@unroll/core";
import { batchesOf, type Batches } from "../batches.ts";
import { checkCount, DataError } from "../error.ts";

/** How a text is cut into batches. */
export interface StreamOptions {
  /** Sequences side by side: B. */
  readonly batch: number;
  /** Steps of each: T. */
  readonly length: number;
}

/** One pass over a text, for backpropagation through time that is truncated after T steps. */
export interface Stream extends Batches {
  /** Number of batches in one pass. */
  readonly batches: number;
  /** Symbols at the end of the text that are in no batch, because they do not fill one. */
  readonly dropped: number;
}

/**
 * A text as batches of next-symbol prediction. The text is cut into B rows of equal length, and each batch takes the
 * next T symbols of every row; so row b of a batch continues row b of the one before, and the state can be carried on.
 * The target of each symbol is the one that follows it in the text; the last target of all is never the first symbol.
 *
 * The ids are not copied.
 *
 *     const training = stream(ids, { batch: 50, length: 50 });
 *     for (const batch of training.from(step % training.batches)) trainer.step(batch);
 *
 * Shapes: x and y are i32[T, B].
 * Throws: DataError when the text has fewer than B T + 1 symbols.
 */
export function stream(ids: Int32Array, { batch, length }: StreamOptions): Stream {
  checkCount("stream", "batch", batch, 1);
  checkCount("stream", "length", length, 1);
  const needed = batch * length + 1;
  if (ids.length < needed) {
    throw new DataError(
      `stream: ${ids.length} symbols are too few for ${batch} sequences of ${length}: ${needed} are needed.`,
      "Take a smaller batch or a smaller length.",
    );
  }
  const batches = Math.floor((ids.length - 1) / (batch * length));
  const rowLength = batches * length;

  /** The symbols that stand `shift` after those of the batch at `position`, transposed to [T, B]. */
  const read = (position: number, shift: number): Int32Array => {
    const out = new Int32Array(length * batch);
    for (let b = 0; b < batch; b++) {
      const start = b * rowLength + position * length + shift;
      for (let t = 0; t < length; t++) out[t * batch + b] = ids[start + t]!;
    }
    return out;
  };
  const type = { dtype: "i32", shape: [length, batch] } as const;
  const made = batchesOf("stream", batches, (position) => ({
    x: fromArray(type, read(position, 0)),
    y: fromArray(type, read(position, 1)),
  }));
  return Object.assign(made, { batches, dropped: ids.length - (batch * rowLength + 1) });
}
