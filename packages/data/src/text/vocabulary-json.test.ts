import { describe, expect, test } from "vitest";
import { byteVocabulary } from "./byte-vocabulary.ts";
import { codePointVocabulary } from "./code-point-vocabulary.ts";
import { vocabularyFromJSON } from "./vocabulary-json.ts";
import { wordVocabulary } from "./word-vocabulary.ts";

test("what a checkpoint keeps is short and legible", () => {
  expect(JSON.stringify(byteVocabulary("ba"))).toBe('{"kind":"bytes","symbols":[97,98]}');
  expect(JSON.stringify(codePointVocabulary("ba\n"))).toBe('{"kind":"codePoints","symbols":"\\nab"}');
  expect(JSON.stringify(codePointVocabulary("ba", { unknown: "?" }))).toBe(
    '{"kind":"codePoints","symbols":"?ab","unknown":"?"}',
  );
  expect(JSON.stringify(wordVocabulary("b a"))).toBe(
    '{"kind":"words","symbols":["<unk>","a","b"],"unknown":"<unk>"}',
  );
});

test("symbols keep their order, sorted or not", () => {
  const vocabulary = vocabularyFromJSON({ kind: "codePoints", symbols: "ba" });
  expect(vocabulary.encode("ab")).toEqual(Int32Array.of(1, 0));
});

describe("hostile input is refused:", () => {
  const refused = (title: string, json: unknown, message: string): void =>
    test(title, () => {
      const load = (): unknown => vocabularyFromJSON(json);
      expect(load).toThrow(expect.objectContaining({ name: "FormatError" }));
      expect(load).toThrowError(`vocabularyFromJSON: ${message}`);
    });
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

  refused("no JSON", "{", "the text is not JSON.");
  refused("nothing", undefined, "it is no object.");
  refused("null", "null", "it is no object.");
  refused("a list", [], 'its kind is none of "bytes", "codePoints", "words".');
  refused("deep nesting", deep, "its kind is none of");
  refused("a kind of the prototype", { kind: "constructor" }, "its kind is none of");
  refused("a list in __proto__", '{"__proto__":{"kind":"bytes","symbols":[1]}}', "its kind is none of");
  refused("no bytes", { kind: "bytes" }, "symbols is no list of bytes.");
  refused("a byte that is none", { kind: "bytes", symbols: [256] }, "symbols is no list of bytes.");
  refused("half a byte", { kind: "bytes", symbols: [0.5] }, "symbols is no list of bytes.");
  refused("a byte as text", { kind: "bytes", symbols: ["a"] }, "symbols is no list of bytes.");
  refused("a byte twice", { kind: "bytes", symbols: [7, 7] }, "the symbol 7 is there twice.");
  refused("no symbols", { kind: "bytes", symbols: [] }, "there are no symbols.");
  refused("code points as a list", { kind: "codePoints", symbols: ["a"] }, "symbols is no text.");
  refused("half a pair", { kind: "codePoints", symbols: "\ud83d" }, "symbols is no text.");
  refused("a code point twice", { kind: "codePoints", symbols: "aba" }, 'the symbol "a" is there twice.');
  refused("no code points", { kind: "codePoints", symbols: "" }, "there are no symbols.");
  refused("two unknown", { kind: "codePoints", symbols: "ab", unknown: "ab" }, "unknown is no code point.");
  refused(
    "a foreign unknown",
    { kind: "codePoints", symbols: "ab", unknown: "c" },
    'unknown is "c", which is not',
  );
  refused("no unknown word", { kind: "words", symbols: ["a"] }, "unknown is no word.");
  refused("a pattern", { kind: "words", symbols: ["(a+)+$"], unknown: "(a+)+$" }, "unknown is no word.");
  refused("no words", { kind: "words", symbols: [], unknown: "a" }, "there are no symbols.");
  refused(
    "two words in one",
    { kind: "words", symbols: ["a b"], unknown: "a" },
    "symbols is no list of words.",
  );
  refused("an empty word", { kind: "words", symbols: [""], unknown: "a" }, "symbols is no list of words.");
  refused(
    "a foreign unknown word",
    { kind: "words", symbols: ["b"], unknown: "<unk>" },
    'unknown is "<unk>"',
  );
});
