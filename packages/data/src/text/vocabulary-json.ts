import { FormatError } from "@unroll/core";
import { vocabularyOfBytes } from "./byte-vocabulary.ts";
import { isCodePoint, vocabularyOfCodePoints } from "./code-point-vocabulary.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { isUnknownWord, isWord, vocabularyOfWords } from "./word-vocabulary.ts";

/**
 * The vocabulary that was kept as JSON: the text, or what it parses to. Everything in it is checked.
 *
 *     const vocabulary = vocabularyFromJSON(metadata.vocabulary);
 *
 * Throws: FormatError that says what is wrong.
 */
export function vocabularyFromJSON(json: unknown): Vocabulary {
  const value = typeof json === "string" ? parse(json) : json;
  if (typeof value !== "object" || value === null) throw fail("it is no object");
  const { kind, symbols, unknown } = value as Readonly<Record<string, unknown>>;
  if (kind === "bytes") return vocabularyOfBytes(checkBytes(symbols));
  if (kind === "codePoints") return codePoints(symbols, unknown);
  if (kind === "words") return words(symbols, unknown);
  throw fail('its kind is none of "bytes", "codePoints", "words"');
}

const fail = (what: string): FormatError => new FormatError(`vocabularyFromJSON: ${what}.`);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fail("the text is not JSON");
  }
}

function checkBytes(symbols: unknown): readonly number[] {
  const isByte = (x: unknown): x is number =>
    Number.isInteger(x) && (x as number) >= 0 && (x as number) < 256;
  if (!Array.isArray(symbols) || !symbols.every(isByte)) throw fail("symbols is no list of bytes");
  return distinct(symbols);
}

function codePoints(symbols: unknown, unknown: unknown): Vocabulary {
  if (typeof symbols !== "string" || !symbols.isWellFormed()) throw fail("symbols is no text");
  const list = distinct(Array.from(symbols));
  if (unknown === undefined) return vocabularyOfCodePoints(list, undefined);
  if (typeof unknown !== "string" || !isCodePoint(unknown)) throw fail("unknown is no code point");
  return vocabularyOfCodePoints(including(list, unknown), unknown);
}

function words(symbols: unknown, unknown: unknown): Vocabulary {
  if (typeof unknown !== "string" || !isUnknownWord(unknown)) throw fail("unknown is no word");
  const isLegal = (x: unknown): x is string =>
    typeof x === "string" && x.isWellFormed() && isWord(x, unknown);
  if (!Array.isArray(symbols) || !symbols.every(isLegal)) throw fail("symbols is no list of words");
  return vocabularyOfWords(including(distinct(symbols), unknown), unknown);
}

function distinct<S>(symbols: readonly S[]): readonly S[] {
  if (symbols.length === 0) throw fail("there are no symbols");
  const seen = new Set<S>();
  for (const symbol of symbols) {
    if (seen.has(symbol)) throw fail(`the symbol ${JSON.stringify(symbol)} is there twice`);
    seen.add(symbol);
  }
  return symbols;
}

function including(symbols: readonly string[], unknown: string): readonly string[] {
  if (symbols.includes(unknown)) return symbols;
  throw fail(`unknown is ${JSON.stringify(unknown)}, which is not among the symbols`);
}
