import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, written } from "../../test/small.ts";
import { openText, type TextOptions } from "./text.ts";

const folder = temporaryFolder();
const standard = {
  tokens: "characters",
  wordLimit: 100,
  documents: "none",
  heldOut: 0.2,
  test: 0.2,
  batch: 3,
  length: 4,
} as const;
const options = (content: string, more: Partial<TextOptions> = {}): TextOptions => ({
  ...standard,
  ...more,
  data: written(folder, "text.txt", content),
});

/** A text in which every symbol stands once, so that it tells where it was read. */
const distinct = String.fromCodePoint(...Array.from({ length: 400 }, (_, i) => 0x4e00 + i));

test("no place of the text is read in two parts, as input or as target", () => {
  const text = openText(options(distinct));
  const read = (batches: typeof text.training): Set<number> =>
    new Set([...batches].flatMap(({ x, y }) => [...x.data, ...y.data]));
  const [training, heldOut] = [read(text.training), read(text.heldOut)];
  expect(training.size).toBeGreaterThan(220);
  expect(heldOut.size).toBeGreaterThan(65);
  for (const id of heldOut) expect(training.has(id)).toBe(false);
  for (const id of text.parts.test) expect(training.has(id) || heldOut.has(id)).toBe(false);
  const lengths = [text.parts.train, text.parts.validation, text.parts.test].map((part) => part.length);
  expect(lengths).toEqual([240, 80, 80]);
});

test("a target is the symbol behind its input, and rows go on from batch to batch", () => {
  const { training } = openText(options(distinct));
  const row = (at: number, b: number): number[] =>
    Array.from({ length: 4 }, (_, t) => training.at(at).x.data[t * 3 + b]!);
  for (const { x, y } of training) x.data.forEach((id, i) => expect(y.data[i]).toBe(id + 1));
  expect(row(1, 2)[0]).toBe(row(0, 2)[3]! + 1);
});

test("lines are whole: a part begins with what ends the line before it", () => {
  const lines = Array.from({ length: 60 }, (_, i) => `${"x".repeat(i % 9)}y\n`).join("");
  const { parts, boundary, vocabulary } = openText(options(lines, { documents: "line" }));
  for (const part of [parts.validation, parts.test]) expect(part[0]).toBe(boundary);
  const [train, validation, test] = [parts.train, parts.validation, parts.test].map((ids) =>
    vocabulary.decode(ids),
  );
  expect(`${train}${validation}${test}`).toBe(lines);
});

test("files are documents with a symbol between them", () => {
  const data = join(folder, "files");
  mkdirSync(data);
  for (let i = 0; i < 10; i++) written(data, `${i}.txt`, `file ${i} `.repeat(5));
  const { parts, boundary, vocabulary } = openText({ ...standard, data, documents: "file" });
  expect(vocabulary.decode([boundary!])).toBe("\x1e");
  expect(parts.validation[0]).toBe(boundary);
  expect([...parts.train, ...parts.validation, ...parts.test].filter((id) => id === boundary)).toHaveLength(
    9,
  );
});

test.each(["line", "file"] as const)("a text that is one %s has no documents", (documents) => {
  expect(() => openText(options("abc".repeat(100), { documents }))).toThrow(
    `text: there is one ${documents} only, so there are no documents.`,
  );
});

test("a document that is longer than its part is refused", () => {
  const text = `${"abc\n".repeat(20)}${"abc".repeat(50)}`;
  expect(() => openText(options(text, { documents: "line" }))).toThrow("a document is longer than the part");
});

test("bytes need not be characters; a text of words has so many as are asked for", () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => (i * 7) % 256);
  const data = written(folder, "bytes.bin", bytes);
  const text = openText({ ...standard, data, tokens: "bytes" });
  expect([text.symbols, text.vocabulary.size]).toEqual([300, 256]);
  const words = openText(options("a b c a b a . ".repeat(20), { tokens: "words", wordLimit: 3 }));
  expect(words.vocabulary.decode(words.parts.train.slice(0, 7))).toBe("a b <unk> a b a <unk>");
});
