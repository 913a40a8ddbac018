import { DataError } from "../error.ts";

/**
 * The symbols a model reads and writes. Each has an id, from 0 to `size` - 1.
 *
 * `JSON.stringify(vocabulary)` is what a checkpoint keeps, and `vocabularyFromJSON` reads it.
 */
export interface Vocabulary {
  /** What a symbol is. */
  readonly kind: "bytes" | "codePoints" | "words";
  /** Number of symbols, that for unknown ones included. */
  readonly size: number;
  /** The id that stands for symbols which the vocabulary lacks, when there is one. */
  readonly unknown: number | undefined;
  /**
   * The ids of a text's symbols. One that the vocabulary lacks becomes `unknown`.
   *
   * Throws: DataError naming the first such symbol and its position when the vocabulary has no `unknown`.
   */
  encode(text: string, options?: EncodeOptions): Int32Array<ArrayBuffer>;
  /**
   * The text of some ids, always well-formed Unicode.
   *
   * Throws: DataError when a number is no id.
   */
  decode(ids: ArrayLike<number>): string;
  /** A decoder that is given one id at a time, for a sampler that prints as it goes. */
  decoder(): Decoder;
  toJSON(): VocabularyJSON;
}

/** How `encode` treats symbols that the vocabulary lacks. */
export interface EncodeOptions {
  /** `"skip"` leaves them out. */
  readonly unknown?: "skip";
}

/** Decodes ids one at a time. All the pieces together are what `decode` gives for all the ids. */
export interface Decoder {
  /**
   * What the text gains by one more id. It is empty while a character is incomplete.
   *
   * Throws: DataError when the number is no id.
   */
  push(id: number): string;
  /** What is still held back: U+FFFD when the last character is incomplete, and nothing otherwise. */
  end(): string;
}

/** What a checkpoint keeps of a vocabulary: its symbols in the order of their ids. */
export type VocabularyJSON =
  | { readonly kind: "bytes"; readonly symbols: readonly number[] }
  | { readonly kind: "codePoints"; readonly symbols: string; readonly unknown?: string }
  | { readonly kind: "words"; readonly symbols: readonly string[]; readonly unknown: string };

/** What code points and words have in common: symbols that are strings. */
interface Symbols {
  readonly kind: "codePoints" | "words";
  readonly symbols: readonly string[];
  readonly unknown: string | undefined;
  /** A text, symbol by symbol. */
  split(text: string): Iterable<string>;
  /** What stands between two symbols; `before` is undefined at the beginning. */
  separator(before: string | undefined, symbol: string): string;
  toJSON(): VocabularyJSON;
}

/** A vocabulary of symbols that are strings. */
export function symbolVocabulary({ kind, symbols, split, separator, toJSON, ...rest }: Symbols): Vocabulary {
  const ids = new Map(symbols.map((symbol, id) => [symbol, id]));
  const unknown = rest.unknown === undefined ? undefined : ids.get(rest.unknown);
  const decoder = (): Decoder => {
    let before: string | undefined;
    return {
      push(id) {
        const symbol = symbols[id];
        if (symbol === undefined) throw noId(id, symbols.length);
        const text = separator(before, symbol) + symbol;
        before = symbol;
        return text;
      },
      end: () => "",
    };
  };
  return {
    kind,
    size: symbols.length,
    unknown,
    encode(text, options = {}) {
      checkWellFormed("encode", text);
      const encoded = new Int32Array(text.length);
      let length = 0;
      for (const symbol of split(text)) {
        const id = ids.get(symbol) ?? (options.unknown === "skip" ? undefined : unknown);
        if (id !== undefined) encoded[length++] = id;
        else if (options.unknown !== "skip")
          throw unknownSymbol(JSON.stringify(symbol), text.indexOf(symbol));
      }
      return encoded.slice(0, length);
    },
    decode(encoded) {
      const { push } = decoder();
      return Array.from(encoded, push).join("");
    },
    decoder,
    toJSON,
  };
}

/** For encoding with a vocabulary that has nothing to stand for unknown symbols. */
export const unknownSymbol = (symbol: string, position: number): DataError =>
  new DataError(
    `encode: ${symbol} at position ${position} is not in the vocabulary.`,
    'Leave such symbols out with { unknown: "skip" }, or make the vocabulary of a text that has them.',
  );

/** For decoding. */
export const noId = (id: number, size: number): DataError =>
  new DataError(`decode: ${id} is no id of a vocabulary of ${size} symbols.`);

/**
 * Refuse half a surrogate pair: it is no character and cannot be written to a file.
 *
 * Throws: DataError naming its position.
 */
export function checkWellFormed(op: string, text: string): void {
  if (text.isWellFormed()) return;
  const position = text.search(/\p{Surrogate}/u);
  throw new DataError(`${op}: half a surrogate pair at position ${position} is no character.`);
}
