import { fromArray, hostRandom } from "@unroll/core";
import { batchesOf, type Batches } from "./batches.ts";
import { checkCount, checkSeed } from "./error.ts";

/** Options of the adding problem. */
export interface AddingProblemOptions {
  /** Steps of a sequence: T, at least 2. */
  readonly length: number;
  /** Sequences in a batch: B. */
  readonly batch: number;
  readonly seed: number;
  /** `"f32"` by default. */
  readonly dtype?: "f32" | "f64";
}

/** Batches without end, and what a model must do better than. */
export interface AddingProblem extends Batches {
  /** The mean squared error of always answering 1, the mean: 1/6, the variance of a sum of two uniform numbers. */
  readonly baseline: number;
}

/**
 * The adding problem: of T uniform numbers two are marked, one in each half, and the target is the sum of these two.
 * A batch depends on its position and the options alone.
 *
 * Shapes: x [T, B, 2], the numbers, from [0, 1), and the markers, 0 or 1; y [B, 1].
 * Throws: DataError when an option is out of its range.
 *
 * Source: Hochreiter and Schmidhuber, Long Short-Term Memory, 1997, experiment 4; with numbers, markers and target as in
 * Arjovsky, Shah and Bengio, Unitary Evolution Recurrent Neural Networks, 2016, "Adding Problem".
 */
export function addingProblem(options: AddingProblemOptions): AddingProblem {
  const { length, batch, seed, dtype = "f32" } = options;
  checkCount("addingProblem", "length", length, 2);
  checkCount("addingProblem", "batch", batch, 1);
  checkSeed("addingProblem", seed);
  const Numbers = dtype === "f32" ? Float32Array : Float64Array;
  const half = Math.floor(length / 2);
  const batches = batchesOf("addingProblem", Infinity, (position) => {
    const random = hostRandom(seed, `adding problem ${position}`);
    const x = new Numbers(length * batch * 2);
    const y = new Numbers(batch);
    for (let b = 0; b < batch; b++) {
      const at = (t: number): number => (t * batch + b) * 2;
      for (let t = 0; t < length; t++) x[at(t)] = random.uniform();
      const first = Math.floor(random.uniform() * half);
      const second = half + Math.floor(random.uniform() * (length - half));
      for (const marked of [first, second]) {
        x[at(marked) + 1] = 1;
        y[b]! += x[at(marked)]!;
      }
    }
    return {
      x: fromArray({ dtype, shape: [length, batch, 2] }, x),
      y: fromArray({ dtype, shape: [batch, 1] }, y),
    };
  });
  return Object.assign(batches, { baseline: 1 / 6 });
}
