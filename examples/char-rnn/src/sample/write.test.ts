import { init } from "@unroll/layers";
import { codePointVocabulary, wordVocabulary } from "@unroll/data";
import { expect, test } from "vitest";
import { charRnn } from "../model/model.ts";
import { plain } from "../../test/small.ts";
import { known } from "./known.ts";
import { write, writeStreams, type WritingOptions } from "./write.ts";

const vocabulary = codePointVocabulary("ab😀\n");
const model = charRnn({ ...plain, cell: "gru", layers: 2, size: 4, embedding: 3 }, vocabulary.size);
const params = init(model.spec, 1);
const standard = { prime: undefined, characters: 12, temperature: 1, sampleSeed: 1 };
const written = (options: Partial<WritingOptions> = {}): string =>
  [...write({ model, params, vocabulary, boundary: undefined }, { ...standard, ...options })].join("");

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

test("streams side by side are what each would write alone, with draws of their own", () => {
  const writer = { model, params, vocabulary, boundary: undefined };
  const texts = ["", "", ""];
  for (const pieces of writeStreams(writer, standard, 3)) pieces.forEach((piece, i) => (texts[i] += piece));
  expect(texts[0]).toBe(written());
  expect(new Set(texts).size).toBe(3);
});

test("a text ends behind what stops it", () => {
  const text = written({ characters: 500, stop: "ab" });
  expect(text).toMatch(/ab$/);
  expect(text.indexOf("ab")).toBe(text.length - 2);
});

test("a new document ends the one before it, and what begins it is not written", () => {
  const [boundary] = vocabulary.encode("\n");
  const lines = charRnn({ ...plain, cell: "gru", layers: 2, size: 4, embedding: 3 }, 4, boundary);
  const writer = { model: lines, params, vocabulary, boundary };
  const text = [...write(writer, { ...standard, characters: 1000 })].join("");
  expect(text.length).toBeGreaterThan(0);
  expect(text).not.toContain("\n");
  expect([...text].length).toBeLessThan(1000);
  const several = [...write(writer, { ...standard, characters: 200, goesOn: true })].join("");
  expect([...several]).toHaveLength(200);
  expect(several.startsWith(`${text}\n`)).toBe(true);
  expect([...write(writer, { ...standard, prime: "a\nb" })].join("")).toMatch(/^a\nb[^\n]*$/);
});

test("a stream may have no end", () => {
  const pieces = write(
    { model, params, vocabulary, boundary: undefined },
    { ...standard, characters: Infinity },
  );
  expect(Array.from({ length: 60 }, () => pieces.next().done)).not.toContain(true);
  pieces.return();
});

test("words are written with what stands between them, and unknown ones are primed with", () => {
  const words = wordVocabulary("the cat sat on the mat.");
  const reader = charRnn(plain, words.size);
  const writer = { model: reader, params: init(reader.spec, 1), vocabulary: words, boundary: undefined };
  expect(known(words, "the dog")).toEqual({ ids: words.encode("the dog"), missing: [] });
  const text = [...write(writer, { ...standard, prime: "the dog", characters: 5 })].join("");
  expect(text).toMatch(/^the <unk> ?\S/);
  expect(words.encode(text)).toHaveLength(7);
});
