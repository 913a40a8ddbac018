import { expect, test } from "vitest";
import { wordVocabulary } from "./word-vocabulary.ts";

/** The words of a text, in sorted order. */
const wordsOf = (text: string): unknown => wordVocabulary(text).toJSON().symbols.slice(1);

test("a word is a run of letters, digits and apostrophes, or one other mark, or a newline", () => {
  expect(wordsOf("It isn't 42, no!\n\tYes... naïve-té")).toEqual([
    "\n",
    "!",
    ",",
    "-",
    ".",
    "42",
    "It",
    "Yes",
    "isn't",
    "naïve",
    "no",
    "té",
  ]);
  expect(wordsOf("e\u0301a \u{1f600}")).toEqual(["e\u0301a", "\u{1f600}"]);
});

test("ids follow the sorted words, after the unknown word", () => {
  const vocabulary = wordVocabulary("to be or not to be");
  expect(vocabulary.size).toBe(5); // <unk> be not or to
  expect(vocabulary.encode("not to see")).toEqual(Int32Array.of(2, 4, 0));
});

test("decoding spaces words as prose", () => {
  const text = "No, it (isn't) [so]!\nYes.";
  const vocabulary = wordVocabulary(text);
  expect(vocabulary.decode(vocabulary.encode(text))).toBe(text);
  expect(vocabulary.decode(vocabulary.encode("No  ,it\t( isn't)  \n  Yes"))).toBe("No, it (isn't)\nYes");
});

test("a decoder gives each word with the space before it", () => {
  const vocabulary = wordVocabulary("a b.");
  const { push, end } = vocabulary.decoder();
  expect([...vocabulary.encode("a b."), 0].map(push)).toEqual(["a", " b", ".", " <unk>"]);
  expect(end()).toBe("");
});

test("rare words are unknown", () => {
  const vocabulary = wordVocabulary("a a b b c", { minimumCount: 2 });
  expect(vocabulary.decode(vocabulary.encode("a b c d"))).toBe("a b <unk> <unk>");
  expect(vocabulary.encode("a b c d", { unknown: "skip" })).toEqual(Int32Array.of(1, 2));
});

test("the limit counts the unknown word", () => {
  expect(wordVocabulary("c c b a", { limit: 3 }).toJSON().symbols).toEqual(["<unk>", "a", "c"]);
});

test("a text may hold the unknown word itself", () => {
  const vocabulary = wordVocabulary("the <unk> of <unk>", { limit: 3 });
  expect(vocabulary.toJSON().symbols).toEqual(["<unk>", "of", "the"]);
  expect(vocabulary.encode("the<unk>.")).toEqual(Int32Array.of(2, 0, 0));
  const other = wordVocabulary("UNKNOWN UNK", { unknown: "UNK" });
  expect(other.encode("UNKNOWN UNK")).toEqual(Int32Array.of(1, 0));
});

test("a text without words and an unknown word that is none are refused", () => {
  expect(() => wordVocabulary(" \t")).toThrowErrorMatchingInlineSnapshot(
    `[DataError: wordVocabulary: the text has no symbols.]`,
  );
  expect(() => wordVocabulary("a", { unknown: "a b" })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: wordVocabulary: unknown is "a b": it must be a word or a word in < >.]`,
  );
  expect(() => wordVocabulary("a", { minimumCount: 0.5 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: wordVocabulary: minimumCount is 0.5: it must be a whole number of at least 1.]`,
  );
});
