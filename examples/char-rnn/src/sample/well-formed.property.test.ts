import fc from "fast-check";
import { init } from "@unroll/layers";
import { byteVocabulary } from "@unroll/data";
import { expect, test } from "vitest";
import { plain } from "../../test/small.ts";
import { charRnn } from "../model/model.ts";
import { guardOf } from "./well-formed.ts";
import { write } from "./write.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Whether bytes are UTF-8, by the decoder of the platform. None of ours are U+FFFD itself. */
const isUtf8 = (bytes: Uint8Array): boolean => !decoder.decode(bytes).includes("\ufffd");

/** Code points of one to four bytes, and no halves of surrogate pairs. */
const codePoint = fc.oneof(
  fc.integer({ min: 0, max: 0x7ff }),
  fc.integer({ min: 0x800, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10ffff }),
);

test("whatever is drawn among what the guard allows is UTF-8, and all of UTF-8 is allowed", () => {
  const vocabulary = byteVocabulary();
  const guard = guardOf(vocabulary);
  fc.assert(
    fc.property(fc.array(fc.nat(255), { maxLength: 40 }), (draws) => {
      const bytes: number[] = [];
      let pending = guard.start;
      const take = (byte: number): void => {
        bytes.push(byte);
        pending = guard.after(pending, byte);
      };
      for (const byte of draws) if (guard.allows(pending, byte)) take(byte);
      while (pending.missing > 0) take(pending.low);
      expect(isUtf8(Uint8Array.from(bytes))).toBe(true);
    }),
  );
  fc.assert(
    fc.property(fc.array(codePoint, { maxLength: 20 }), (points) => {
      const text = String.fromCodePoint(...points);
      let pending = guard.start;
      const allowed = Array.from(new TextEncoder().encode(text), (byte) => {
        const isAllowed = guard.allows(pending, byte);
        pending = guard.after(pending, byte);
        return isAllowed;
      });
      expect(allowed).not.toContain(false);
      expect(pending.missing).toBe(0);
    }),
  );
});

test("two bytes are allowed if and only if a character begins with them", () => {
  const guard = guardOf(byteVocabulary());
  const wrong: string[] = [];
  for (let first = 0x80; first < 256; first++) {
    for (let second = 0; second < 256; second++) {
      const completed = [0, 1, 2].map((more) =>
        Uint8Array.of(first, second, ...Array<number>(more).fill(0x80)),
      );
      const pending = guard.after(guard.start, first);
      const isAllowed =
        guard.allows(guard.start, first) && pending.missing > 0 && guard.allows(pending, second);
      if (isAllowed !== completed.some(isUtf8)) wrong.push(`${first} ${second}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("an untrained model of bytes writes whole characters of its text, whatever their number", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }),
      fc.nat(30),
      fc.nat(1000),
      (text, characters, seed) => {
        const vocabulary = byteVocabulary(text);
        const model = charRnn({ ...plain, size: 2, embedding: 2 }, vocabulary.size);
        const writer = { model, params: init(model.spec, seed), vocabulary, boundary: undefined };
        const options = { prime: undefined, characters, temperature: 1, sampleSeed: seed };
        const written = [...write(writer, options)].join("");
        expect(written).not.toContain("\ufffd");
        expect(written.isWellFormed()).toBe(true);
        const length = Buffer.byteLength(written);
        expect(length).toBeGreaterThanOrEqual(characters);
        expect(length).toBeLessThan(characters + 4);
      },
    ),
    { numRuns: 8 },
  );
});

test("bytes that are no text at all still give a well-formed one", () => {
  const vocabulary = byteVocabulary(Uint8Array.of(0x80, 0xff, 0xc3));
  const model = charRnn(plain, vocabulary.size);
  const writer = { model, params: init(model.spec, 1), vocabulary, boundary: undefined };
  const options = { prime: undefined, characters: 20, temperature: 1, sampleSeed: 1 };
  expect([...write(writer, options)].join("").isWellFormed()).toBe(true);
});
