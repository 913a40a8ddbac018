import { fromArray } from "@unroll/core";
import { between, drawn, type ProblemOptions, type SymbolProblem } from "./problem.ts";

/** Options of a problem that shows symbols and asks for them after a delay. */
export interface RecallOptions extends ProblemOptions {
  /** Steps between the last symbol to remember and the first to repeat: T in the papers. */
  readonly delay: number;
  /** Symbols to remember. */
  readonly items?: number;
  /** Different symbols. */
  readonly alphabet?: number;
}

/** A problem that asks for what was shown. */
export interface Recall extends SymbolProblem {
  /** Steps of a sequence. */
  readonly length: number;
}

/**
 * Symbols, blanks while they are to be remembered, and blanks while they are to be repeated; at step `asked` a
 * delimiter asks for them. Targets are blank before.
 *
 * x and y are i32 [delay + 2 items, B]. Symbols are 0 to alphabet - 1, the blank is next, the delimiter last.
 */
export function recall(
  op: string,
  { delay, items, alphabet, ...options }: Required<RecallOptions>,
  asked: number,
): Recall {
  const { batch } = options;
  const length = delay + 2 * items;
  const [blank, delimiter] = [alphabet, alphabet + 1];
  const type = { dtype: "i32", shape: [length, batch] } as const;
  const counts = { delay: [delay, 1], items: [items, 1], alphabet: [alphabet, 1] } as const;
  const batches = drawn(op, options, counts, (random) => {
    const x = new Int32Array(length * batch).fill(blank);
    const y = new Int32Array(length * batch).fill(blank);
    for (let b = 0; b < batch; b++) {
      for (let item = 0; item < items; item++) {
        const symbol = between(random, 0, alphabet);
        x[item * batch + b] = symbol;
        y[(items + delay + item) * batch + b] = symbol;
      }
      x[asked * batch + b] = delimiter;
    }
    return { x: fromArray(type, x), y: fromArray(type, y) };
  });
  return Object.assign(batches, {
    size: alphabet + 2,
    classes: alphabet + 1,
    length,
    baseline: (items * Math.log(alphabet)) / length,
  });
}
