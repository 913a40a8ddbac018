/** What a text is made of. */
import { byteVocabulary, codePointVocabulary, wordVocabulary, type Vocabulary } from "@unroll/data";

export interface TokenOptions {
  readonly tokens: "characters" | "bytes" | "words";
  readonly wordLimit: number;
}

/** What symbols are called: many of them, and one as in "nats/char". */
export const unitOf = {
  characters: { many: "characters", one: "char" },
  bytes: { many: "bytes", one: "byte" },
  words: { many: "words", one: "word" },
} as const;

/** A text, or the bytes of something that need not be one. */
export type Source = string | Uint8Array;

/** The symbols of a text. */
export function vocabularyOf(source: Source, { tokens, wordLimit }: TokenOptions): Vocabulary {
  if (tokens === "bytes") return byteVocabulary(source);
  const text = textOf(source);
  return tokens === "words" ? wordVocabulary(text, { limit: wordLimit }) : codePointVocabulary(text);
}

/** The ids of a text's symbols; bytes need not form characters. */
export function idsOf(source: Source, vocabulary: Vocabulary, unknown?: "skip"): Int32Array {
  const options = unknown ? { unknown } : {};
  return isOfBytes(vocabulary) && typeof source !== "string"
    ? vocabulary.encode(source, options)
    : vocabulary.encode(textOf(source), options);
}

const isOfBytes = (vocabulary: Vocabulary): vocabulary is ReturnType<typeof byteVocabulary> =>
  vocabulary.kind === "bytes";

/** Bytes as UTF-8; those that form no character become U+FFFD. */
export const textOf = (source: Source): string =>
  typeof source === "string" ? source : new TextDecoder().decode(source);
