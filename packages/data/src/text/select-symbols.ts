import { checkCount, DataError } from "../error.ts";

/** Which symbols of a text a vocabulary takes. */
export interface SelectionOptions {
  /** Only symbols that occur at least so often. */
  readonly minimumCount?: number;
  /** At most so many symbols, the commonest, that for unknown ones included. */
  readonly limit?: number;
}

/**
 * The distinct symbols of a text in sorted order, so that the same symbols always make the same vocabulary. `unknown`
 * comes first. Of equally common symbols at the limit, those that sort first are taken.
 *
 * Throws: DataError when there are none, and when some are left out with nothing to stand for them.
 */
export function selectSymbols(
  op: string,
  symbols: Iterable<string>,
  unknown: string | undefined,
  { minimumCount = 1, limit }: SelectionOptions,
): string[] {
  checkCount(op, "minimumCount", minimumCount, 1);
  if (limit !== undefined) checkCount(op, "limit", limit, 1);
  const counts = new Map<string, number>();
  for (const symbol of symbols) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  if (counts.size === 0) throw new DataError(`${op}: the text has no symbols.`);
  if (unknown !== undefined) counts.delete(unknown);

  const reserved = unknown === undefined ? [] : [unknown];
  const common = [...counts].filter(([, count]) => count >= minimumCount);
  const taken = common
    .sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || (a < b ? -1 : 1))
    .slice(0, limit === undefined ? undefined : limit - reserved.length);
  if (taken.length < counts.size && unknown === undefined) {
    const missing = counts.size - taken.length;
    throw new DataError(
      `${op}: ${missing} of ${counts.size} symbols are left out and nothing stands for them.`,
      "Give the vocabulary an unknown symbol.",
    );
  }
  return [...reserved, ...taken.map(([symbol]) => symbol).sort()];
}
