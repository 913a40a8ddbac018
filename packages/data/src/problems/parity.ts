import { fromArray } from "@unroll/core";
import { between, drawn, type LengthOptions, type SymbolProblem } from "./problem.ts";

/**
 * Parity: after every bit, whether the number of ones so far is odd. One bit of memory and exclusive or, without end: a
 * network that has learned it is right at any length. A batch depends on its position and the options alone.
 *
 * The baseline is the cross-entropy of guessing, in nats per step: log 2. A model that sees only the last bit gets no
 * further.
 *
 * Shapes: x and y i32 [T, B], 0 or 1.
 * Throws: DataError when an option is out of its range.
 * Source: Minsky and Papert, Perceptrons, 1969.
 */
export function parity({ length, ...options }: LengthOptions): SymbolProblem {
  const { batch } = options;
  const type = { dtype: "i32", shape: [length, batch] } as const;
  const batches = drawn("parity", options, { length: [length, 1] }, (random) => {
    const x = Int32Array.from({ length: length * batch }, () => between(random, 0, 2));
    const y = x.slice();
    for (let i = batch; i < y.length; i++) y[i]! ^= y[i - batch]!;
    return { x: fromArray(type, x), y: fromArray(type, y) };
  });
  return Object.assign(batches, { size: 2, classes: 2, baseline: Math.log(2) });
}
