import fc from "fast-check";
import { expect, test } from "vitest";
import { byteVocabulary } from "./byte-vocabulary.ts";
import { codePointVocabulary } from "./code-point-vocabulary.ts";
import { vocabularyFromJSON } from "./vocabulary-json.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { wordVocabulary } from "./word-vocabulary.ts";

const text = fc.string({ unit: "binary", minLength: 1 });
const prose = fc
  .array(
    fc.constantFrom(
      "a",
      "b",
      "isn't",
      "7",
      "é",
      ".",
      ",",
      "(",
      "]",
      "<",
      ">",
      "unk",
      "<unk>",
      "\n",
      " ",
      "\t",
    ),
  )
  .map((pieces) => `x${pieces.join("")}`);
const bytes = fc.uint8Array({ minLength: 1 });

const vocabulary: fc.Arbitrary<Vocabulary> = fc.oneof(
  bytes.map(byteVocabulary),
  text.map((x) => codePointVocabulary(x)),
  text.map((x) => codePointVocabulary(x, { unknown: "\ufffd", limit: 5 })),
  prose.map((x) => wordVocabulary(x)),
);
const withIds = vocabulary.chain((v) => fc.tuple(fc.constant(v), fc.array(fc.nat(v.size - 1))));

test("what was encoded as bytes or code points is decoded", () => {
  fc.assert(
    fc.property(text, (x) => {
      for (const v of [byteVocabulary(x), byteVocabulary(), codePointVocabulary(x)]) {
        expect(v.decode(v.encode(x))).toBe(x);
      }
    }),
  );
});

test("what was decoded from words encodes to the same ids", () => {
  fc.assert(
    fc.property(prose, fc.array(fc.nat()), (x, numbers) => {
      const v = wordVocabulary(x);
      const ids = Int32Array.from(numbers, (n) => n % v.size);
      expect(v.encode(v.decode(ids))).toEqual(ids);
      expect(v.encode(v.decode(v.encode(x)))).toEqual(v.encode(x));
    }),
  );
});

test("every id is used and none is out of range", () => {
  fc.assert(
    fc.property(text, (x) => {
      const v = codePointVocabulary(x);
      expect(new Set(v.encode(x))).toEqual(new Set(Array(v.size).keys()));
    }),
  );
});

test("texts of the same symbols make the same vocabulary", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "binary", minLength: 1, maxLength: 1 }), { minLength: 1 }),
      (list) => {
        const [there, back] = [list.join(""), list.toReversed().join("")];
        expect(codePointVocabulary(there).toJSON()).toEqual(codePointVocabulary(back).toJSON());
      },
    ),
  );
});

test("decoding ids one at a time gives the same text, and only whole characters on the way", () => {
  fc.assert(
    fc.property(withIds, ([v, ids]) => {
      const decoder = v.decoder();
      const pieces = [...ids.map((id) => decoder.push(id)), decoder.end()];
      expect(pieces.join("")).toBe(v.decode(ids));
      expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    }),
  );
});

test("skipping leaves out exactly the unknown symbols", () => {
  fc.assert(
    fc.property(text, text, (x, other) => {
      const v = codePointVocabulary(x);
      const known = Array.from(other)
        .filter((symbol) => x.includes(symbol))
        .join("");
      expect(v.decode(v.encode(other, { unknown: "skip" }))).toBe(known);
    }),
  );
});

test("a vocabulary survives JSON", () => {
  fc.assert(
    fc.property(withIds, ([v, ids]) => {
      const copy = vocabularyFromJSON(JSON.stringify(v));
      expect(copy.toJSON()).toEqual(v.toJSON());
      expect(copy.decode(ids)).toBe(v.decode(ids));
      expect([copy.size, copy.unknown]).toEqual([v.size, v.unknown]);
    }),
  );
});

test("any JSON is a vocabulary or is refused with FormatError", () => {
  const hostile = fc.record({
    kind: fc.constantFrom("bytes", "codePoints", "words", "x"),
    symbols: fc.oneof(fc.jsonValue(), fc.array(fc.oneof(fc.nat(300), fc.string())), fc.string()),
    unknown: fc.oneof(fc.jsonValue(), fc.string()),
  });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), hostile), (json) => {
      let v: Vocabulary;
      try {
        v = vocabularyFromJSON(json);
      } catch (error) {
        expect((error as Error).name).toBe("FormatError");
        return;
      }
      expect(v.decode([v.size - 1]).isWellFormed()).toBe(true);
    }),
  );
});
