// Linear chains by enumerating every path.

type Row = readonly number[];

/** The scores of a chain. */
export interface Chain {
  readonly transitions: readonly Row[];
  readonly start: Row;
  readonly end: Row;
}

/** All sequences of K symbols of a length. */
export const paths = (K: number, length: number): Row[] =>
  length === 0
    ? [[]]
    : paths(K, length - 1).flatMap((path) => Array.from({ length: K }, (_, symbol) => [...path, symbol]));

/** What is added up along a path. */
export function scoreOf({ transitions, start, end }: Chain, emissions: readonly Row[], path: Row): number {
  if (path.length === 0) return 0;
  const steps = path.map((label, t) => emissions[t]![label]!);
  const moves = path.slice(1).map((label, t) => transitions[path[t]!]![label]!);
  return [start[path[0]!]!, end[path.at(-1)!]!, ...steps, ...moves].reduce((a, b) => a + b);
}

/** The log-partition, the marginals, and the best path: of equal ones the first. */
export function enumerate(chain: Chain, emissions: readonly Row[], K: number) {
  const all = paths(K, emissions.length).map((path) => ({ path, score: scoreOf(chain, emissions, path) }));
  const z = all.reduce((total, { score }) => total + Math.exp(score), 0);
  const marginals = emissions.map((_, t) =>
    Array.from({ length: K }, (_, label) =>
      all.filter(({ path }) => path[t] === label).reduce((p, { score }) => p + Math.exp(score) / z, 0),
    ),
  );
  const best = all.reduce((a, b) => (b.score > a.score ? b : a));
  return { logZ: Math.log(z), marginals, best };
}
