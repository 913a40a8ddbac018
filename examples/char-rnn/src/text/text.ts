/** What is read: a text, its symbols, and the parts of it that are never trained on. */
import { createHash } from "node:crypto";
import { UnrollError } from "@unroll/core";
import { stream, type Stream, type Vocabulary } from "@unroll/data";
import { readBytes, readText } from "@unroll/data/node";
import { declarations } from "./declarations.ts";
import {
  boundaryOf,
  separator,
  splitText,
  type DocumentOptions,
  type Split,
  type SplitOptions,
} from "./split.ts";
import { idsOf, unitOf, vocabularyOf, type Source, type TokenOptions } from "./tokens.ts";

export interface Text {
  readonly vocabulary: Vocabulary;
  /** The symbol that begins a document, when there are some. */
  readonly boundary: number | undefined;
  /** Number of symbols. */
  readonly symbols: number;
  readonly parts: Split;
  readonly training: Stream;
  readonly heldOut: Stream;
  /** Tells texts apart, so that a run goes on with the one that it was begun with. */
  readonly fingerprint: string;
  /** Nats per symbol for whoever knows how frequent each one is, and nothing else. */
  readonly entropy: number;
}

export interface TextOptions extends TokenOptions, DocumentOptions, SplitOptions {
  readonly data: string | undefined;
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
  const { data, batch, length } = options;
  const source = data === undefined ? declarations() : readSource(data, options);
  const fingerprint = createHash("sha256").update(source).digest("hex");
  if (known && known.fingerprint !== fingerprint) throw another(options);
  const vocabulary = known?.vocabulary ?? vocabularyOf(source, options);
  const boundary = boundaryOf(options.documents, vocabulary);
  const ids = idsOf(source, vocabulary);
  const parts = splitText(ids, options, boundary);
  return {
    vocabulary,
    boundary,
    symbols: ids.length,
    parts,
    training: stream(parts.train, { batch, length }),
    heldOut: judged(parts.validation, options),
    fingerprint,
    entropy: entropyOf(parts.train, vocabulary.size),
  };
}

/** A file, or the files of a folder, which are documents of their own when asked for. */
export function readSource(path: string, { tokens, documents }: TokenOptions & DocumentOptions): Source {
  const options = documents === "file" ? { separator } : {};
  return tokens === "bytes" ? readBytes(path, options) : readText(path, options);
}

/**
 * A text that is judged and not trained on. It may be too short to be read at as many places.
 *
 * Throws: UnrollError when it is too short altogether.
 */
export function judged(ids: Int32Array, options: TextOptions, rows: number = options.batch): Stream {
  const { length, tokens } = options;
  const batch = Math.min(rows, Math.floor((ids.length - 1) / length));
  if (batch >= 1) return stream(ids, { batch, length });
  throw new UnrollError(
    `text: ${ids.length} ${unitOf[tokens].many} are held out, which is not ${length} and one more.`,
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
