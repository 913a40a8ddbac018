/** What is read: a text, its symbols, and the part of it that is never trained on. */
import { createHash } from "node:crypto";
import { UnrollError } from "@unroll/core";
import { codePointVocabulary, partition, stream, type Stream, type Vocabulary } from "@unroll/data";
import { readText } from "@unroll/data/node";
import { declarations } from "./declarations.ts";

export interface Text {
  readonly vocabulary: Vocabulary;
  readonly characters: number;
  readonly training: Stream;
  readonly heldOut: Stream;
  /** Tells texts apart, so that a run goes on with the one that it was begun with. */
  readonly fingerprint: string;
  /** Nats per character for whoever knows how frequent each one is, and nothing else. */
  readonly entropy: number;
}

export interface TextOptions {
  readonly data: string | undefined;
  readonly heldOut: number;
  readonly batch: number;
  readonly length: number;
}

/** What a run that goes on knows of its text. */
export type Known = Pick<Text, "vocabulary" | "fingerprint">;

/** What a text is called. */
export const titleOf = ({ data }: TextOptions): string => data ?? "the declarations of TypeScript's library";

/**
 * Read the text, or find again the one that is known.
 *
 * Throws: UnrollError when there is no such text, too little of it, or another one than before.
 */
export function openText(options: TextOptions, known?: Known): Text {
  const { data, heldOut, batch, length } = options;
  const text = data === undefined ? declarations() : readText(data);
  const fingerprint = createHash("sha256").update(text).digest("hex");
  if (known && known.fingerprint !== fingerprint) throw another(options);
  const vocabulary = known?.vocabulary ?? codePointVocabulary(text);
  const ids = vocabulary.encode(text);
  const parts = partition(ids, { train: 1 - heldOut, validation: heldOut });
  return {
    vocabulary,
    characters: ids.length,
    training: stream(parts.train, { batch, length }),
    heldOut: stream(parts.validation, { batch: rowsOf(parts.validation, options), length }),
    fingerprint,
    entropy: entropyOf(parts.train, vocabulary.size),
  };
}

/** What is held out may be too short to be read at as many places. */
function rowsOf(ids: Int32Array, { batch, length }: TextOptions): number {
  const rows = Math.min(batch, Math.floor((ids.length - 1) / length));
  if (rows >= 1) return rows;
  throw new UnrollError(
    `text: ${ids.length} characters are held out, which is not ${length} and one more.`,
    "Take a longer text, hold more of it out (--held-out), or take a smaller --length.",
  );
}

function entropyOf(ids: Int32Array, symbols: number): number {
  const counts = new Float64Array(symbols);
  for (const id of ids) counts[id]!++;
  const shares = counts.filter((count) => count > 0).map((count) => count / ids.length);
  return shares.reduce((sum, share) => sum - share * Math.log(share), 0);
}

const another = (options: TextOptions): UnrollError =>
  new UnrollError(
    `text: ${titleOf(options)} is not the text that the run was begun with.`,
    "Say where that one is (--data), or begin a new run.",
  );
