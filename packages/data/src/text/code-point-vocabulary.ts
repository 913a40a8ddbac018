import { selectSymbols, type SelectionOptions } from "./select-symbols.ts";
import { DataError } from "../error.ts";
import { checkWellFormed, symbolVocabulary, type Vocabulary } from "./vocabulary.ts";

/** Options of a vocabulary of code points. */
export interface CodePointOptions extends SelectionOptions {
  /** A code point that stands for those which the vocabulary lacks, such as U+FFFD. None by default. */
  readonly unknown?: string;
}

/**
 * The distinct Unicode code points of a text in sorted order: the characters of most scripts, although a letter with a
 * combining mark or an emoji with a skin tone is several.
 *
 *     const vocabulary = codePointVocabulary("hello");
 *     vocabulary.encode("hole"); // Int32Array [1, 3, 2, 0]
 *
 * Throws: DataError when the text is empty, and when `minimumCount` or `limit` leave out code points for which nothing
 * stands.
 */
export function codePointVocabulary(text: string, options: CodePointOptions = {}): Vocabulary {
  const op = "codePointVocabulary";
  const { unknown } = options;
  checkWellFormed(op, text);
  if (unknown !== undefined && !isCodePoint(unknown)) {
    throw new DataError(`${op}: unknown is ${JSON.stringify(unknown)}: it must be one code point.`);
  }
  return vocabularyOfCodePoints(selectSymbols(op, text, unknown, options), unknown);
}

/** The vocabulary in which the code point at each position has that position as its id. */
export function vocabularyOfCodePoints(symbols: readonly string[], unknown: string | undefined): Vocabulary {
  return symbolVocabulary({
    kind: "codePoints",
    symbols,
    unknown,
    split: (text) => text, // a string is iterated by code points
    separator: () => "",
    toJSON: () => ({
      kind: "codePoints",
      symbols: symbols.join(""),
      ...(unknown === undefined ? {} : { unknown }),
    }),
  });
}

export const isCodePoint = (text: string): boolean => text.isWellFormed() && Array.from(text).length === 1;
