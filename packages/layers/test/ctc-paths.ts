// Connectionist temporal classification by enumerating every path.

import { paths } from "./chain-paths.ts";

type Row = readonly number[];

/** What becomes of a path: repetitions are merged, then blanks dropped. */
export const collapse = (path: Row, blank: number): number[] =>
  path.filter((symbol, t) => symbol !== blank && symbol !== path[t - 1]);

/** The probability of every labelling, by its labels joined; and of each symbol at each step together with it. */
export function labellings(logProbs: readonly Row[], V: number, blank: number) {
  const found = new Map<string, { p: number; readonly passes: number[][] }>();
  for (const path of paths(V, logProbs.length)) {
    const name = collapse(path, blank).join();
    const p = path.reduce((product, symbol, t) => product * Math.exp(logProbs[t]![symbol]!), 1);
    const one = found.get(name) ?? { p: 0, passes: logProbs.map(() => new Array<number>(V).fill(0)) };
    one.p += p;
    path.forEach((symbol, t) => (one.passes[t]![symbol]! += p));
    found.set(name, one);
  }
  return found;
}
