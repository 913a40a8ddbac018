import { fromArray } from "@unroll/core";
import { between, drawn, type LengthOptions, type SymbolProblem } from "./problem.ts";

/**
 * The random permutation problem: the first of T symbols is 0 or 1, all others are drawn from 98 more, and at the end
 * the first is asked for. A batch depends on its position and the options alone.
 *
 * The baseline is the cross-entropy of guessing between the two, in nats per sequence: log 2.
 *
 * Shapes: x i32 [T, B], ids below 100; y i32 [B], 0 or 1.
 * Throws: DataError when an option is out of its range.
 * Source: Hochreiter and Schmidhuber, Long Short-Term Memory, 1997, experiment 2; as Pascanu, Mikolov
 * and Bengio, On the difficulty of training Recurrent Neural Networks, 2013, have it.
 */
export function randomPermutation({ length, ...options }: LengthOptions): SymbolProblem {
  const { batch } = options;
  const batches = drawn("randomPermutation", options, { length: [length, 1] }, (random) => {
    const x = Int32Array.from({ length: length * batch }, () => between(random, 2, 100));
    for (let b = 0; b < batch; b++) x[b] = between(random, 0, 2);
    return {
      x: fromArray({ dtype: "i32", shape: [length, batch] }, x),
      y: fromArray({ dtype: "i32", shape: [batch] }, x.slice(0, batch)),
    };
  });
  return Object.assign(batches, { size: 100, classes: 2, baseline: Math.log(2) });
}
