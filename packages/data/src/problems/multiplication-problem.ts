import { markedNumbers, type MarkedNumbersOptions } from "./marked-numbers.ts";
import type { Problem } from "./problem.ts";

/**
 * The multiplication problem: of T uniform numbers two are marked, one in the first tenth and one between there and the
 * middle, and the target is the product of these two. A batch depends on its position and the options alone.
 *
 * The baseline is the mean squared error of always answering 1/4, the mean: 7/144, the variance of a product of two
 * uniform numbers.
 *
 * Shapes: x [T, B, 2], the numbers, from [0, 1), and the markers, 0 or 1; y [B, 1].
 * Throws: DataError when an option is out of its range; the length is at least 10.
 * Source: Hochreiter and Schmidhuber, Long Short-Term Memory, 1997, experiment 5; with markers and target as in
 * Pascanu, Mikolov and Bengio, On the difficulty of training Recurrent Neural Networks, 2013, whose lengths vary by a
 * tenth.
 */
export function multiplicationProblem(options: MarkedNumbersOptions): Problem {
  const batches = markedNumbers("multiplicationProblem", options, {
    least: 10,
    stretches: (length) => [
      [0, Math.floor(length / 10)],
      [Math.floor(length / 10), Math.floor(length / 2)],
    ],
    combine: (a, b) => a * b,
  });
  return Object.assign(batches, { baseline: 7 / 144 });
}
