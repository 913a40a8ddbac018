/** From logits to a symbol. */

export interface OddsOptions {
  /** What logits are divided by; 0 takes the likeliest symbol. */
  readonly temperature: number;
  /** Only so many symbols, the likeliest. */
  readonly topK?: number | undefined;
  /** Only the likeliest symbols that have this share of the odds together. */
  readonly topP?: number | undefined;
}

/**
 * The odds of every symbol. `topP` keeps the fewest symbols whose odds, after temperature and `topK`, reach its share.
 * Of equally likely symbols the first comes first. What `allows` refuses has none.
 *
 * Source: for `topP` Holtzman et al., The Curious Case of Neural Text Degeneration, 2020, section 3.1.
 */
export function oddsOf(
  logits: ArrayLike<number>,
  { temperature, topK, topP }: OddsOptions,
  allows: (id: number) => boolean = () => true,
): Float64Array {
  const order = Array.from(logits, (_, id) => id)
    .filter(allows)
    .sort((a, b) => logits[b]! - logits[a]! || a - b);
  const kept = order.slice(0, temperature === 0 ? 1 : topK);
  const largest = logits[kept[0]!]!;
  const weights = kept.map((id) => (temperature === 0 ? 1 : Math.exp((logits[id]! - largest) / temperature)));
  const nucleus = topP === undefined ? weights.length : reaching(topP, weights);
  const total = sum(weights.slice(0, nucleus));
  const odds = new Float64Array(logits.length);
  kept.slice(0, nucleus).forEach((id, i) => (odds[id] = weights[i]! / total));
  return odds;
}

/** How many of falling weights it takes to have a share of their sum. */
function reaching(share: number, weights: readonly number[]): number {
  const enough = share * sum(weights);
  let reached = 0;
  for (let i = 0; i < weights.length; i++) {
    reached += weights[i]!;
    if (reached >= enough) return i + 1;
  }
  return weights.length;
}

const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

/** The symbol that a number in [0, 1) stands for. */
export function draw(odds: Float64Array, u: number): number {
  let left = u;
  let last = 0;
  for (let id = 0; id < odds.length; id++) {
    if (odds[id]! === 0) continue;
    last = id;
    left -= odds[id]!;
    if (left < 0) return id;
  }
  // Rounding has left a little of the last one.
  return last;
}

/** The logarithms of a model's own odds. */
export function logOddsOf(logits: ArrayLike<number>): Float64Array {
  const xs = Float64Array.from(logits);
  const largest = xs.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = xs.reduce((all, x) => all + Math.exp(x - largest), 0);
  return xs.map((x) => x - largest - Math.log(total));
}
