/** What little it takes to foretell a text: how frequent symbols are, and pairs of them. */

/** Nats per symbol of models that count. */
export interface Baselines {
  /** Of the symbols' frequencies. */
  readonly single: number;
  /** Of the frequencies behind the symbol before. */
  readonly pairs: number;
}

/**
 * The mean loss on a text of models that have counted another one. Pairs that were never seen have the share of Witten
 * and Bell, by the frequencies of single symbols, each of which counts as if it had been seen once more.
 *
 *     p(y)     = (c(y) + 1) / (N + V)
 *     p(y | x) = (c(x, y) + t(x) p(y)) / (c(x) + t(x))        t(x): different symbols that stood behind x
 *
 * Source: Witten and Bell, The zero-frequency problem, 1991, method C, with its rest interpolated.
 */
export function baselines(train: Int32Array, text: Int32Array, symbols: number): Baselines {
  const counts = new Float64Array(symbols);
  const pairs = new Map<number, number>();
  const before = new Float64Array(symbols);
  const kinds = new Float64Array(symbols);
  for (const id of train) counts[id]!++;
  for (let i = 1; i < train.length; i++) {
    const pair = train[i - 1]! * symbols + train[i]!;
    const seen = pairs.get(pair) ?? 0;
    if (seen === 0) kinds[train[i - 1]!]!++;
    before[train[i - 1]!]!++;
    pairs.set(pair, seen + 1);
  }
  let [single, double] = [0, 0];
  for (let i = 1; i < text.length; i++) {
    const [x, y] = [text[i - 1]!, text[i]!];
    const frequency = (counts[y]! + 1) / (train.length + symbols);
    const seen = before[x]! + kinds[x]!;
    const both = pairs.get(x * symbols + y) ?? 0;
    single -= Math.log(frequency);
    double -= Math.log(seen === 0 ? frequency : (both + kinds[x]! * frequency) / seen);
  }
  return { single: single / (text.length - 1), pairs: double / (text.length - 1) };
}
