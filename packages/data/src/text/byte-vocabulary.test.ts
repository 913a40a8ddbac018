import { expect, test } from "vitest";
import { byteVocabulary } from "./byte-vocabulary.ts";

test("symbols are the distinct bytes in rising order", () => {
  const vocabulary = byteVocabulary("hello");
  expect(vocabulary.size).toBe(4); // e h l o
  expect(vocabulary.encode("hole")).toEqual(Int32Array.of(1, 3, 2, 0));
  expect(vocabulary.decode([1, 3, 2, 0])).toBe("hole");
});

test("a character is as many symbols as UTF-8 has bytes for it", () => {
  const vocabulary = byteVocabulary("é"); // c3 a9
  expect(vocabulary.encode("é")).toEqual(Int32Array.of(1, 0));
  expect(vocabulary.encode(Uint8Array.of(0xa9, 0xc3))).toEqual(Int32Array.of(0, 1));
});

test("without a text there are all 256 bytes, so that nothing is unknown", () => {
  const vocabulary = byteVocabulary();
  expect(vocabulary.size).toBe(256);
  expect(vocabulary.decode(vocabulary.encode("日本\u{1f600}\ufeff"))).toBe("日本\u{1f600}\ufeff");
});

test("bytes that form no character become U+FFFD", () => {
  const vocabulary = byteVocabulary();
  expect(vocabulary.decode([0x61, 0xc3])).toBe("a\ufffd");
  expect(vocabulary.decode([0xa9, 0x61])).toBe("\ufffda");
  expect(vocabulary.decode([0xed, 0xa0, 0x80]).isWellFormed()).toBe(true); // half a surrogate pair
});

test("a decoder holds back what is incomplete", () => {
  const { push, end } = byteVocabulary().decoder();
  expect([0x61, 0xf0, 0x9f, 0x98, 0x80, 0xc3].map(push)).toEqual(["a", "", "", "", "\u{1f600}", ""]);
  expect(end()).toBe("\ufffd");
});

test("a decoder replaces what cannot be completed", () => {
  const { push, end } = byteVocabulary().decoder();
  expect([0xf0, 0x9f, 0x61].map(push)).toEqual(["", "", "\ufffda"]);
  expect(end()).toBe("");
});

test("unknown bytes are an error or are left out", () => {
  const vocabulary = byteVocabulary("abc");
  expect(() => vocabulary.encode("abé")).toThrowErrorMatchingInlineSnapshot(`
    [DataError: encode: byte 0xc3 at position 2 is not in the vocabulary.
    Leave such symbols out with { unknown: "skip" }, or make the vocabulary of a text that has them.]
  `);
  expect(vocabulary.encode("abéc", { unknown: "skip" })).toEqual(Int32Array.of(0, 1, 2));
});

test("what is no id or no text is refused", () => {
  const vocabulary = byteVocabulary("abc");
  expect(() => vocabulary.decode([0, 3])).toThrowErrorMatchingInlineSnapshot(
    `[DataError: decode: 3 is no id of a vocabulary of 3 symbols.]`,
  );
  expect(() => vocabulary.decode([0.5])).toThrowErrorMatchingInlineSnapshot(
    `[DataError: decode: 0.5 is no id of a vocabulary of 3 symbols.]`,
  );
  expect(() => vocabulary.decoder().push(-1)).toThrowErrorMatchingInlineSnapshot(
    `[DataError: decode: -1 is no id of a vocabulary of 3 symbols.]`,
  );
  expect(() => vocabulary.encode("a\ud800")).toThrowErrorMatchingInlineSnapshot(
    `[DataError: encode: half a surrogate pair at position 1 is no character.]`,
  );
  expect(() => byteVocabulary("")).toThrowErrorMatchingInlineSnapshot(
    `[DataError: byteVocabulary: the text is empty.]`,
  );
});
