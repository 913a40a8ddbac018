/** The likeliest text rather than a drawn one. */
import type { Writer } from "./write.ts";
import { beginOf } from "./write.ts";
import { logOddsOf } from "./odds.ts";
import { prime, readerOf, takeRows } from "./reader.ts";
import { guardOf, type Guard, type Pending } from "./well-formed.ts";

export interface BeamOptions {
  readonly prime: string | undefined;
  /** The longest text, in symbols. */
  readonly characters: number;
  /** How many texts are followed at a time. */
  readonly beam: number;
  readonly lengthPenalty: number;
  /** The symbol that ends a text. */
  readonly stop: number | undefined;
}

/** A text, by its symbols after the prime text. */
export interface Hypothesis {
  readonly ids: readonly number[];
  /** The logarithm of its odds. */
  readonly logOdds: number;
}

interface Live extends Hypothesis {
  readonly pending: Pending;
  /** The row of the texts one symbol shorter that it goes on from. */
  readonly row: number;
}

/**
 * Beam search: of all texts that are one symbol longer than those followed so far, the likeliest are followed. The
 * result is the one with the largest log p / ((5 + length) / 6)^penalty, of those that a stop symbol has ended, or are
 * as long as may be.
 *
 * It ends early when nothing that is still followed can become better than what has ended: log p only falls.
 *
 * Source: for the penalty Wu et al., Google's Neural Machine Translation System, 2016, eq. 14.
 */
export function beamSearch(writer: Writer, options: BeamOptions): Hypothesis {
  const { model, params, vocabulary, boundary } = writer;
  const { beam, characters, stop } = options;
  const guard = guardOf(vocabulary);
  const reader = readerOf(model, params);
  const isEnded = ({ ids }: Live): boolean => ids.at(-1) === stop || ids.at(-1) === boundary;
  try {
    let { carry, logits } = prime(reader, model, beginOf(vocabulary, boundary, options.prime));
    let live: readonly Live[] = [{ ids: [], logOdds: 0, pending: guard.start, row: 0 }];
    const ended: Live[] = [];
    for (let length = 1; length <= characters; length++) {
      const followed = live
        .flatMap((hypothesis, row) => longer(hypothesis, row, logOddsOf(logits[row]!), guard, beam))
        .sort((a, b) => b.logOdds - a.logOdds)
        .slice(0, beam);
      ended.push(...followed.filter(isEnded));
      live = followed.filter((hypothesis) => !isEnded(hypothesis));
      if (live.length === 0 || length === characters || isSettled(ended, live, options)) break;
      // As many rows at every step: those that are missing repeat the first one.
      const rows = Array.from({ length: beam }, (_, i) => live[i] ?? live[0]!);
      const chosen = takeRows(
        carry,
        rows.map(({ row }) => row),
      );
      ({ carry, logits } = reader.read(
        chosen,
        rows.map(({ ids }) => ids.at(-1)!),
      ));
    }
    return best([...ended, ...live], options);
  } finally {
    reader.dispose();
  }
}

/** What a text can go on as: with the likeliest symbols that may come next. */
function longer(
  before: Live,
  row: number,
  logOdds: Float64Array,
  guard: Guard,
  count: number,
): readonly Live[] {
  const allowed = likeliest(logOdds, count, (id) => guard.allows(before.pending, id));
  return allowed.map((id) => ({
    ids: [...before.ids, id],
    logOdds: before.logOdds + logOdds[id]!,
    pending: guard.after(before.pending, id),
    row,
  }));
}

const penalty = (length: number, { lengthPenalty }: BeamOptions): number =>
  ((5 + length) / 6) ** lengthPenalty;

const scoreOf = ({ ids, logOdds }: Hypothesis, options: BeamOptions): number =>
  logOdds / penalty(ids.length, options);

const best = (hypotheses: readonly Live[], options: BeamOptions): Live =>
  hypotheses.reduce((a, b) => (scoreOf(b, options) > scoreOf(a, options) ? b : a));

/** Whether nothing that is still followed can become better than what has ended, however long it gets. */
function isSettled(ended: readonly Live[], live: readonly Live[], options: BeamOptions): boolean {
  if (ended.length === 0) return false;
  const reachable = Math.max(...live.map(({ logOdds }) => logOdds / penalty(options.characters, options)));
  return scoreOf(best(ended, options), options) >= reachable;
}

/** The ids with the largest logarithms; of equal ones the first. */
function likeliest(logOdds: Float64Array, count: number, allows: (id: number) => boolean): readonly number[] {
  return Array.from(logOdds, (_, id) => id)
    .filter(allows)
    .sort((a, b) => logOdds[b]! - logOdds[a]! || a - b)
    .slice(0, count);
}
