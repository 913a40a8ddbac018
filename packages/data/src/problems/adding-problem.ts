import { markedNumbers, type MarkedNumbersOptions } from "./marked-numbers.ts";
import type { Problem } from "./problem.ts";

/**
 * The adding problem: of T uniform numbers two are marked, one in each half, and the target is the sum of these two.
 * A batch depends on its position and the options alone.
 *
 * The baseline is the mean squared error of always answering 1, the mean: 1/6, the variance of a sum of two uniform
 * numbers.
 *
 * Shapes: x [T, B, 2], the numbers, from [0, 1), and the markers, 0 or 1; y [B, 1].
 * Throws: DataError when an option is out of its range; the length is at least 2.
 * Source: Hochreiter and Schmidhuber, Long Short-Term Memory, 1997, experiment 4; with numbers, markers and target as
 * in Arjovsky, Shah and Bengio, Unitary Evolution Recurrent Neural Networks, 2016, "Adding Problem".
 */
export function addingProblem(options: MarkedNumbersOptions): Problem {
  const batches = markedNumbers("addingProblem", options, {
    least: 2,
    stretches: (length) => {
      const half = Math.floor(length / 2);
      return [
        [0, half],
        [half, length],
      ];
    },
    combine: (a, b) => a + b,
  });
  return Object.assign(batches, { baseline: 1 / 6 });
}
