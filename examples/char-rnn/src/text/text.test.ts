import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { declarations } from "./declarations.ts";
import { openText, type TextOptions } from "./text.ts";

let folder: string;
const standard = {
  tokens: "characters",
  wordLimit: 100,
  documents: "none",
  heldOut: 0.25,
  test: 0,
  batch: 2,
  length: 3,
} as const;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "char-rnn-"))));
afterAll(() => rmSync(folder, { recursive: true }));

function textOf(content: string): TextOptions {
  const data = join(folder, "text.txt");
  writeFileSync(data, content);
  return { ...standard, data };
}

test("the default text is megabytes of declarations, the page's last", () => {
  const text = declarations();
  expect(text.length).toBeGreaterThan(2e6);
  // Not the matchers of texts, which would print megabytes.
  expect(text.includes("interface Array<T> {")).toBe(true);
  expect(text.slice(-1e6).includes("interface Window extends ")).toBe(true);
  expect(text.includes("Apache License")).toBe(false);
});

test("a TypeScript without declarations is told from what is there", () => {
  expect(() => declarations(folder)).toThrow(
    /^text: the declarations .* are not there: there is no lib\.dom\.d\.ts in .*\.\n.*--data FILE_OR_FOLDER\.$/,
  );
});

test("a text is split before it is cut into rows, and no symbol is on both sides", () => {
  const { vocabulary, symbols, training, heldOut } = openText(textOf(`${"abc".repeat(7)}xyzxyzx`));
  expect(symbols).toBe(28);
  const seen = (batches: Iterable<{ readonly x: { readonly data: ArrayLike<number> } }>): string =>
    [...new Set([...batches].flatMap(({ x }) => [...vocabulary.decode(x.data)]))].sort().join("");
  expect(seen(training)).toBe("abc");
  expect(seen(heldOut)).toBe("xyz");
});

test("its entropy is that of the frequencies", () => {
  expect(openText({ ...textOf("abab".repeat(10)), length: 1 }).entropy).toBeCloseTo(Math.log(2), 12);
});

test("a run finds its own text again, and no other", () => {
  const known = openText(textOf("abcd".repeat(10)));
  expect(openText(textOf("abcd".repeat(10)), known).fingerprint).toBe(known.fingerprint);
  expect(() => openText(textOf("abcé".repeat(10)), known)).toThrow(
    "is not the text that the run was begun with",
  );
});

test("too short a text is refused", () => {
  expect(() => openText(textOf("abcdefghijkl"))).toThrow(
    "text: 3 characters are held out, which is not 3 and one more.",
  );
});
