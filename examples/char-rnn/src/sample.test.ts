import { init } from "@unroll/layers";
import { codePointVocabulary } from "@unroll/data";
import { expect, test } from "vitest";
import { charRnn } from "./model.ts";
import { known, write, type WritingOptions } from "./sample.ts";

const vocabulary = codePointVocabulary("ab😀\n");
const model = charRnn({ cell: "gru", layers: 2, size: 4, embedding: 3 }, vocabulary.size);
const params = init(model.spec, 1);
const standard = { prime: undefined, characters: 12, temperature: 1, sampleSeed: 1 };
const written = (options: Partial<WritingOptions> = {}): string =>
  [...write(model, params, vocabulary, { ...standard, ...options })].join("");

test("as many characters as asked for are written, whole ones", () => {
  const text = written({ characters: 200 });
  expect([...text]).toHaveLength(200);
  expect(text.isWellFormed()).toBe(true);
  expect(text).toContain("😀");
});

test("the seed decides", () => {
  expect(written({ sampleSeed: 2 })).toBe(written({ sampleSeed: 2 }));
  expect(written({ sampleSeed: 2 })).not.toBe(written({ sampleSeed: 3 }));
});

test("at temperature 0 nothing is drawn", () => {
  expect(written({ temperature: 0, sampleSeed: 2 })).toBe(written({ temperature: 0, sampleSeed: 3 }));
});

test("the text begins with the prime text, and goes on from it", () => {
  const primed = written({ prime: "ab😀", temperature: 0 });
  expect(primed).toMatch(/^ab😀/);
  // The same model, given what it wrote, writes the same.
  expect(written({ prime: primed.slice(0, 6), temperature: 0, characters: 20 })).toContain(primed);
});

test("what the model never saw is left out of the prime text", () => {
  expect(known(vocabulary, "añbñ")).toEqual({ ids: vocabulary.encode("ab"), missing: ["ñ"] });
  expect(written({ prime: "añbñ" })).toBe(written({ prime: "ab" }));
  expect([...written({ prime: "ñ" })]).toHaveLength(12);
});
