/** Writing: one symbol at a time, each drawn by the odds that the model gives it after all those before. */
import { hostRandom, type Tensors } from "@unroll/core";
import type { Vocabulary } from "@unroll/data";
import type { Model, Params } from "../model/model.ts";
import { draw, oddsOf, type OddsOptions } from "./odds.ts";
import { known } from "./known.ts";
import { prime, readerOf, takeRows, type Expected } from "./reader.ts";
import { guardOf, type Guard, type Pending } from "./well-formed.ts";

export interface WritingOptions extends OddsOptions {
  /** What the text begins with. Undefined: what begins a document, or a new line, which is not written. */
  readonly prime: string | undefined;
  /** How many symbols to write, if nothing stops before; one or two more when a character would be cut in half. */
  readonly characters: number;
  readonly sampleSeed: number;
  /** What ends a text; it is written. */
  readonly stop?: string | undefined;
  /** Whether another document begins, on a line of its own, where one ends. Default: false. */
  readonly goesOn?: boolean;
}

/** What writes. */
export interface Writer {
  readonly model: Model;
  readonly params: Tensors<Params>;
  readonly vocabulary: Vocabulary;
  readonly boundary: number | undefined;
}

/** A text, piece by piece, the prime text first. It is well-formed whatever the model draws. */
export function* write(writer: Writer, options: WritingOptions): Generator<string, void> {
  for (const [piece = ""] of writeStreams(writer, options, 1)) yield piece;
}

/**
 * Several texts side by side, with draws of their own: at each step a piece of each. What begins a document ends the
 * one before it, and is not written.
 */
export function* writeStreams(
  { model, params, vocabulary, boundary }: Writer,
  options: WritingOptions,
  streams: number,
): Generator<readonly string[], void> {
  const reader = readerOf(model, params);
  try {
    const primed = prime(reader, model, beginOf(vocabulary, boundary, options.prime));
    const shown = options.prime === undefined ? [] : known(vocabulary, options.prime).ids;
    const guard = guardOf(vocabulary);
    const rows = Array.from({ length: streams }, (_, i) =>
      rowOf({ vocabulary, boundary, guard, options }, i, shown),
    );
    yield rows.map((row) => row.primed);
    let expected: Expected = {
      carry: takeRows(primed.carry, Array<number>(streams).fill(0)),
      logits: rows.map(() => primed.logits[0]!),
    };
    while (rows.some((row) => !row.ended())) {
      yield rows.map((row, i) => (row.ended() ? "" : row.next(expected.logits[i]!)));
      const ids = rows.map((row) => row.last());
      if (rows.some((row) => !row.ended())) expected = reader.read(expected.carry, ids);
    }
    yield rows.map((row) => row.end());
  } finally {
    reader.dispose();
  }
}

/** The ids that are read first: those of the prime text, or what a text begins after. */
export function beginOf(
  vocabulary: Vocabulary,
  boundary: number | undefined,
  primeText: string | undefined,
): Int32Array {
  const { ids } = known(vocabulary, primeText ?? "\n");
  const first = boundary === undefined ? [] : [boundary];
  if (primeText !== undefined && ids.length > 0) return Int32Array.from([...first, ...ids]);
  if (boundary !== undefined) return Int32Array.from(first);
  // A model that knows nothing of the prime text begins after its first symbol.
  return ids.length > 0 ? ids : Int32Array.of(0);
}

interface Rules {
  readonly vocabulary: Vocabulary;
  readonly boundary: number | undefined;
  readonly guard: Guard;
  readonly options: WritingOptions;
}

/** One of the texts that are being written. */
function rowOf({ vocabulary, boundary, guard, options }: Rules, index: number, begin: ArrayLike<number>) {
  const random = hostRandom(options.sampleSeed, `stream ${index}`);
  const decoder = vocabulary.decoder();
  const primed = Array.from(begin, decoder.push).join("");
  const { stop, goesOn = false } = options;
  let pending: Pending = guard.start;
  let tail = primed;
  let written = 0;
  let last = 0;
  let stopped = false;
  return {
    primed,
    last: () => last,
    ended: () => stopped || (written >= options.characters && pending.missing === 0),
    next(logits: Float32Array): string {
      const odds = oddsOf(logits, options, (id) => guard.allows(pending, id));
      last = draw(odds, random.uniform());
      pending = guard.after(pending, last);
      written++;
      const isBoundary = last === boundary;
      const piece = isBoundary ? (goesOn ? "\n" : "") : decoder.push(last);
      if (stop !== undefined) tail = (tail + piece).slice(-stop.length);
      stopped = tail === stop || (isBoundary && !goesOn);
      return piece;
    },
    end: () => decoder.end(),
  };
}
