import { fromArray } from "@unroll/core";
import { between, drawn, type ProblemOptions, type SymbolProblem } from "./problem.ts";

/** Options of the temporal order problem. */
export interface TemporalOrderOptions extends ProblemOptions {
  /** Steps of a sequence: T, at least 10. */
  readonly length: number;
  /** How many symbols count: 2 by default. */
  readonly relevant?: 2 | 3;
}

/** By the number of symbols that count, the tenths of the sequence in which one stands each. */
const tenths = { 2: [1, 5], 3: [1, 3, 6] } as const;

/**
 * The temporal order problem: among T symbols, two or three stand out, A or B each, at places that vary within a tenth
 * of the length; which ones they were, in their order, is asked at the end. A batch depends on its position and the
 * options alone.
 *
 * The baseline is the cross-entropy of guessing, in nats per sequence: log 4, or log 8 for three symbols.
 *
 * Shapes: x i32 [T, B]: 0 is A, 1 is B, 2 to 5 mean nothing; y i32 [B], the bits A = 0 and B = 1 with the first symbol
 * as the lowest.
 * Throws: DataError when an option is out of its range.
 * Source: Hochreiter and Schmidhuber, Long Short-Term Memory, 1997, experiments 6a and 6b; with the places of Pascanu,
 * Mikolov and Bengio, On the difficulty of training Recurrent Neural Networks, 2013: in the second and sixth tenth, or
 * in the second, fourth and seventh.
 */
export function temporalOrder({ length, relevant = 2, ...options }: TemporalOrderOptions): SymbolProblem {
  const { batch } = options;
  const classes = 2 ** relevant;
  const batches = drawn("temporalOrder", options, { length: [length, 10] }, (random) => {
    const x = Int32Array.from({ length: length * batch }, () => between(random, 2, 6));
    const y = new Int32Array(batch);
    for (let b = 0; b < batch; b++) {
      tenths[relevant].forEach((tenth, i) => {
        const symbol = between(random, 0, 2);
        const first = Math.floor((length * tenth) / 10);
        x[between(random, first, first + Math.floor(length / 10)) * batch + b] = symbol;
        y[b]! += symbol * 2 ** i;
      });
    }
    return {
      x: fromArray({ dtype: "i32", shape: [length, batch] }, x),
      y: fromArray({ dtype: "i32", shape: [batch] }, y),
    };
  });
  return Object.assign(batches, { size: 6, classes, baseline: Math.log(classes) });
}
