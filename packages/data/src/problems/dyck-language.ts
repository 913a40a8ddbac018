import { fromArray } from "@unroll/core";
import { between, drawn, type LengthOptions, type SymbolProblem } from "./problem.ts";

/** Options of the Dyck languages. */
export interface DyckOptions extends LengthOptions {
  /** Kinds of brackets: 2 by default. */
  readonly kinds?: number;
  /** The most brackets that are open at a time: 4 by default. A network needs that many places of memory. */
  readonly depth?: number;
}

/**
 * Brackets of several kinds, nested rightly: after every bracket, which kind could be closed next. To know it takes a
 * stack; a network has learned it within the depth when it is right at any length. Where both are legal, a bracket is
 * opened or closed with probability 1/2. A batch depends on its position and the options alone.
 *
 * The baseline is the cross-entropy of guessing among the kinds and "nothing is open", in nats per step.
 *
 * Shapes: x i32 [T, B]: kind k opens as 2 k and closes as 2 k + 1; y i32 [T, B]: the kind of the
 * innermost open bracket, `kinds` where none is open.
 * Throws: DataError when an option is out of its range.
 * Source: Chomsky and Schützenberger, The Algebraic Theory of Context-Free Languages, 1963; bounded in depth Hewitt,
 * Hahn, Ganguli, Liang and Manning, RNNs can generate bounded hierarchical languages with optimal memory, 2020.
 */
export function dyckLanguage({ length, kinds = 2, depth = 4, ...options }: DyckOptions): SymbolProblem {
  const { batch } = options;
  const type = { dtype: "i32", shape: [length, batch] } as const;
  const counts = { length: [length, 1], kinds: [kinds, 1], depth: [depth, 1] } as const;
  const batches = drawn("dyckLanguage", options, counts, (random) => {
    const x = new Int32Array(length * batch);
    const y = new Int32Array(length * batch);
    for (let b = 0; b < batch; b++) {
      const open: number[] = [];
      for (let i = b; i < x.length; i += batch) {
        const opens = open.length === 0 || (open.length < depth && random.uniform() < 0.5);
        if (opens) open.push(between(random, 0, kinds));
        x[i] = 2 * (opens ? open.at(-1)! : open.pop()!) + (opens ? 0 : 1);
        y[i] = open.at(-1) ?? kinds;
      }
    }
    return { x: fromArray(type, x), y: fromArray(type, y) };
  });
  return Object.assign(batches, { size: 2 * kinds, classes: kinds + 1, baseline: Math.log(kinds + 1) });
}
