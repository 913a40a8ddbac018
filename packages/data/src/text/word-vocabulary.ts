import { selectSymbols, type SelectionOptions } from "./select-symbols.ts";
import { DataError } from "../error.ts";
import { checkWellFormed, symbolVocabulary, type Vocabulary } from "./vocabulary.ts";

/** Options of a vocabulary of words. */
export interface WordOptions extends SelectionOptions {
  /** The word that stands for those which the vocabulary lacks, alone or between `<` and `>`: `"<unk>"` by default. */
  readonly unknown?: string;
}

const letters = "[\\p{Letter}\\p{Mark}\\p{Number}'\u2019]+";
const legalUnknown = new RegExp(`^(?:${letters}|<${letters}>)$`, "u");

/**
 * The distinct words of a text in sorted order, after the unknown word, whose id is 0.
 *
 * A word is a run of letters, marks, digits and apostrophes; any other single code point that is no white space; or a
 * newline. Other white space separates words and is lost. Upper and lower case differ. The unknown word stands for
 * itself where the text has it.
 *
 * Decoding puts a space between two words, but none beside a newline, after `( [ {`, or before `. , ; : ! ? ) ] }`.
 * What was decoded encodes to the same ids.
 *
 *     const vocabulary = wordVocabulary(text, { limit: 10_000 });
 *     vocabulary.decode(vocabulary.encode("No, it  isn't.")); // "No, it isn't."
 *
 * Throws: DataError when the text has no word.
 */
export function wordVocabulary(text: string, options: WordOptions = {}): Vocabulary {
  const op = "wordVocabulary";
  const { unknown = "<unk>" } = options;
  checkWellFormed(op, text);
  if (!isUnknownWord(unknown)) {
    throw new DataError(`${op}: unknown is ${JSON.stringify(unknown)}: it must be a word or a word in < >.`);
  }
  return vocabularyOfWords(selectSymbols(op, words(text, unknown), unknown, options), unknown);
}

/** The vocabulary in which the word at each position has that position as its id. */
export function vocabularyOfWords(symbols: readonly string[], unknown: string): Vocabulary {
  return symbolVocabulary({
    kind: "words",
    symbols,
    unknown,
    split: (text) => words(text, unknown),
    separator: space,
    toJSON: () => ({ kind: "words", symbols, unknown }),
  });
}

export const isUnknownWord = (word: string): boolean => legalUnknown.test(word);

/** Whether `symbol` is what a text consisting of it alone is split into. */
export const isWord = (symbol: string, unknown: string): boolean => [...words(symbol, unknown)][0] === symbol;

function* words(text: string, unknown: string): Generator<string> {
  const bracketed = unknown.startsWith("<") ? `${unknown}|` : "";
  for (const [word] of text.matchAll(new RegExp(`${bracketed}${letters}|\\n|\\S`, "gu"))) yield word;
}

function space(before: string | undefined, word: string): string {
  if (before === undefined || before === "\n" || word === "\n") return "";
  return "([{".includes(before) || ".,;:!?)]}".includes(word) ? "" : " ";
}
