import { fromArray, hostRandom } from "@unroll/core";
import { batchesOf, type Batches } from "./batches.ts";
import { checkCount, checkSeed } from "./error.ts";

/** Options of the copying memory problem. */
export interface CopyMemoryOptions {
  /** Steps between the last symbol to remember and the first to repeat: T in the paper. */
  readonly delay: number;
  /** Sequences in a batch: B. */
  readonly batch: number;
  readonly seed: number;
  /** Symbols to remember: 10 by default. */
  readonly items?: number;
  /** Different symbols: 8 by default. */
  readonly alphabet?: number;
}

/** Batches without end, and what a model must do better than. */
export interface CopyMemory extends Batches {
  /** Number of different ids: the alphabet, then the blank, then the delimiter. */
  readonly size: number;
  /** Steps of a sequence: `delay` + 2 `items`. */
  readonly length: number;
  /**
   * The cross-entropy of a model without memory, which knows when to answer but not what: `items` log(`alphabet`) over
   * the number of steps; 10 log(8) / (delay + 20) by default.
   *
   * Units: nats per step.
   */
  readonly baseline: number;
}

/**
 * The copying memory problem: the symbols to remember, blanks, a delimiter that asks for the answer, and blanks while
 * the symbols are to be repeated. Targets are blank before that. A batch depends on its position and the options alone.
 *
 * Shapes: x and y are i32[delay + 2 items, B]. Symbols are 0 to alphabet - 1, the blank is next, the delimiter last.
 * Throws: DataError when an option is out of its range.
 *
 * Source: Arjovsky, Shah and Bengio, Unitary Evolution Recurrent Neural Networks, 2016, "Copying memory problem"; after
 * Hochreiter and Schmidhuber, Long Short-Term Memory, 1997.
 */
export function copyMemory(options: CopyMemoryOptions): CopyMemory {
  const { delay, batch, seed, items = 10, alphabet = 8 } = options;
  for (const [name, value] of Object.entries({ delay, batch, items, alphabet })) {
    checkCount("copyMemory", name, value, 1);
  }
  checkSeed("copyMemory", seed);
  const length = delay + 2 * items;
  const blank = alphabet;
  const delimiter = alphabet + 1;
  const type = { dtype: "i32", shape: [length, batch] } as const;
  const batches = batchesOf("copyMemory", Infinity, (position) => {
    const random = hostRandom(seed, `copy memory ${position}`);
    const x = new Int32Array(length * batch).fill(blank);
    const y = new Int32Array(length * batch).fill(blank);
    for (let b = 0; b < batch; b++) {
      for (let item = 0; item < items; item++) {
        const symbol = Math.floor(random.uniform() * alphabet);
        x[item * batch + b] = symbol;
        y[(items + delay + item) * batch + b] = symbol;
      }
      x[(items + delay - 1) * batch + b] = delimiter;
    }
    return { x: fromArray(type, x), y: fromArray(type, y) };
  });
  return Object.assign(batches, {
    size: alphabet + 2,
    length,
    baseline: (items * Math.log(alphabet)) / length,
  });
}
