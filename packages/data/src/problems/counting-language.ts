import { fromArray } from "@unroll/core";
import { between, drawn, type LengthOptions, type SymbolProblem } from "./problem.ts";

/** The symbols of a counting language; `end` follows the word, and pads it. */
const [a, b, end] = [0, 1, 2];

/**
 * The language a^n b^n: after the first b, everything that follows is known, and knowing it takes a counter. n is
 * uniform from 1 to (T - 1) / 2; the end stands behind the word, up to the length. A batch depends on its position and
 * the options alone.
 *
 * The baseline is the cross-entropy of guessing between b and the end, in nats per target: log 2.
 *
 * Shapes: x i32 [T, B]: 0 is a, 1 is b, 2 the end; y i32 [T, B], the next symbol from the first b to the last, and -1,
 * which asks for nothing, elsewhere.
 * Throws: DataError when an option is out of its range; the length is at least 3.
 * Source: Gers and Schmidhuber, LSTM Recurrent Networks Learn Simple Context-Free and Context-Sensitive Languages,
 * 2001, section III.
 */
export function countingLanguage({ length, ...options }: LengthOptions): SymbolProblem {
  const { batch } = options;
  const type = { dtype: "i32", shape: [length, batch] } as const;
  const batches = drawn("countingLanguage", options, { length: [length, 3] }, (random) => {
    const x = new Int32Array(length * batch).fill(end);
    const y = new Int32Array(length * batch).fill(-1);
    for (let row = 0; row < batch; row++) {
      const n = between(random, 1, Math.floor((length - 1) / 2) + 1);
      for (let t = 0; t < 2 * n; t++) x[t * batch + row] = t < n ? a : b;
      for (let t = n; t < 2 * n; t++) y[t * batch + row] = t < 2 * n - 1 ? b : end;
    }
    return { x: fromArray(type, x), y: fromArray(type, y) };
  });
  return Object.assign(batches, { size: 3, classes: 3, baseline: Math.log(2) });
}
