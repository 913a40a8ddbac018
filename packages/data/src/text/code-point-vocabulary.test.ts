import { expect, test } from "vitest";
import { codePointVocabulary } from "./code-point-vocabulary.ts";

test("symbols are the distinct code points in sorted order", () => {
  const vocabulary = codePointVocabulary("hello");
  expect(vocabulary.size).toBe(4);
  expect(vocabulary.encode("hole")).toEqual(Int32Array.of(1, 3, 2, 0));
  expect(vocabulary.decode([1, 3, 2, 0])).toBe("hole");
});

test("a character beyond 16 bits is one symbol", () => {
  const vocabulary = codePointVocabulary("a\u{1f600}b");
  expect(vocabulary.size).toBe(3);
  expect(vocabulary.encode("\u{1f600}")).toEqual(Int32Array.of(2));
});

test("rare code points give way to one that stands for them", () => {
  const vocabulary = codePointVocabulary("aaabbc", { minimumCount: 2, unknown: "\ufffd" });
  expect(vocabulary.size).toBe(3);
  expect(vocabulary.unknown).toBe(0);
  expect(vocabulary.decode(vocabulary.encode("abcd"))).toBe("ab\ufffd\ufffd");
  expect(vocabulary.encode("abcd", { unknown: "skip" })).toEqual(Int32Array.of(1, 2));
});

test("the limit takes the commonest, of equals those that sort first", () => {
  const vocabulary = codePointVocabulary("ccba", { limit: 3, unknown: "?" });
  expect(vocabulary.toJSON()).toEqual({ kind: "codePoints", symbols: "?ac", unknown: "?" });
});

test("an unknown code point is an error that names it and its position", () => {
  const vocabulary = codePointVocabulary("abc");
  expect(vocabulary.unknown).toBeUndefined();
  expect(() => vocabulary.encode("ab\u{1f600}")).toThrowErrorMatchingInlineSnapshot(`
    [DataError: encode: "😀" at position 2 is not in the vocabulary.
    Leave such symbols out with { unknown: "skip" }, or make the vocabulary of a text that has them.]
  `);
  expect(() => vocabulary.encode("a\nb")).toThrowErrorMatchingInlineSnapshot(`
    [DataError: encode: "\\n" at position 1 is not in the vocabulary.
    Leave such symbols out with { unknown: "skip" }, or make the vocabulary of a text that has them.]
  `);
});

test("a text without symbols, symbols without a stand-in and illegal options are refused", () => {
  expect(() => codePointVocabulary("")).toThrowErrorMatchingInlineSnapshot(
    `[DataError: codePointVocabulary: the text has no symbols.]`,
  );
  expect(() => codePointVocabulary("aab", { minimumCount: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: codePointVocabulary: 1 of 2 symbols are left out and nothing stands for them.
    Give the vocabulary an unknown symbol.]
  `);
  expect(() => codePointVocabulary("a", { unknown: "ab" })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: codePointVocabulary: unknown is "ab": it must be one code point.]`,
  );
  expect(() => codePointVocabulary("a", { limit: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: codePointVocabulary: limit is 0: it must be a whole number of at least 1.]`,
  );
  expect(() => codePointVocabulary("ab\udc00")).toThrowErrorMatchingInlineSnapshot(
    `[DataError: codePointVocabulary: half a surrogate pair at position 2 is no character.]`,
  );
});

test("a number that is no id is refused", () => {
  expect(() => codePointVocabulary("abc").decode([0, 3])).toThrowErrorMatchingInlineSnapshot(
    `[DataError: decode: 3 is no id of a vocabulary of 3 symbols.]`,
  );
});
