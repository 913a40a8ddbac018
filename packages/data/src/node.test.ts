import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { byteVocabulary } from "./text/byte-vocabulary.ts";
import { codePointVocabulary } from "./text/code-point-vocabulary.ts";
import { readBytes, readText } from "./node.ts";
import { partition } from "./text/partition.ts";
import { stream } from "./text/stream.ts";
import { wordVocabulary } from "./text/word-vocabulary.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "unroll-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (path: string, content: string | Uint8Array): string => {
  const file = join(folder, ...path.split("/"));
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, content);
  return file;
};

/** The message of what `run` throws, without the name of the temporary folder. */
function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message.replaceAll(folder, "books").replaceAll("\\", "/")}`;
  }
  return "nothing was thrown";
}

describe("a file", () => {
  test("is read as it is", () => {
    const file = write("a.txt", "日本\r\n\u{1f600}");
    expect(readText(file)).toBe("日本\r\n\u{1f600}");
    expect(readText(file, { extension: ".md" })).toBe("日本\r\n\u{1f600}");
    expect(readBytes(write("b", Uint8Array.of(0, 255)))).toEqual(Uint8Array.of(0, 255));
  });

  test("may be empty", () => {
    expect(readText(write("a.txt", ""))).toBe("");
  });

  test("loses its byte order mark as text and keeps it as bytes", () => {
    const file = write("a.txt", "\ufeffa\ufeff");
    expect(readText(file)).toBe("a\ufeff");
    expect(readBytes(file)).toEqual(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xef, 0xbb, 0xbf));
  });

  test("that is not UTF-8 is refused with the position of the byte", () => {
    const latin1 = write("a.txt", Uint8Array.of(0x61, 0x62, 0xe9, 0x20));
    expect(messageOf(() => readText(latin1))).toMatchInlineSnapshot(`
      "FormatError: readText: books/a.txt: byte 0xe9 at position 2 begins no UTF-8 character.
      Convert the file to UTF-8, or read it with readBytes."
    `);
    const cut = write("b.txt", Uint8Array.of(0x61, 0xe6, 0x97));
    expect(messageOf(() => readText(cut))).toMatchInlineSnapshot(`
      "FormatError: readText: books/b.txt: byte 0xe6 at position 1 begins no UTF-8 character.
      Convert the file to UTF-8, or read it with readBytes."
    `);
  });

  test("that is not there is named", () => {
    expect(messageOf(() => readText(join(folder, "no.txt")))).toMatchInlineSnapshot(
      `"DataError: readText: books/no.txt does not exist."`,
    );
    expect(messageOf(() => readBytes(join(folder, "no.txt")))).toMatchInlineSnapshot(
      `"DataError: readBytes: books/no.txt does not exist."`,
    );
  });
});

describe("a folder", () => {
  beforeEach(() => {
    write("b.txt", "\ufeffB");
    write("a/2.txt", "A2");
    write("a/10.txt", "A10");
    write("a.md", "M");
    write(".hidden", Uint8Array.of(255));
    write(".git/c.txt", "C");
  });

  test("is read in the order of its paths, without hidden names", () => {
    expect(readText(folder, { separator: "|" })).toBe("M|A10|A2|B");
    expect(readText(folder)).toBe("MA10A2B");
  });

  test("can be narrowed to an extension", () => {
    expect(readText(folder, { extension: ".txt", separator: "\n" })).toBe("A10\nA2\nB");
  });

  test("is read as bytes too", () => {
    const bytes = readBytes(folder, { extension: ".txt", separator: "|" });
    expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)).toBe("A10|A2|\ufeffB");
  });

  test("without a file to read is refused", () => {
    mkdirSync(join(folder, "empty"));
    expect(messageOf(() => readText(join(folder, "empty")))).toMatchInlineSnapshot(
      `"DataError: readText: the folder books/empty has no file."`,
    );
    expect(messageOf(() => readText(folder, { extension: ".rst" }))).toMatchInlineSnapshot(
      `"DataError: readText: the folder books has no file that ends in .rst."`,
    );
  });

  test.skipIf(process.platform === "win32")("follows links to files and passes over links to folders", () => {
    symlinkSync(join(folder, "a.md"), join(folder, "c.txt"));
    symlinkSync(folder, join(folder, "loop"));
    symlinkSync(join(folder, "nowhere"), join(folder, "broken"));
    expect(readText(folder, { separator: "|" })).toBe("M|A10|A2|B|M");
  });
});

describe("real text", () => {
  const data = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
  const real = (name: string, title: string, run: (file: string) => void): void =>
    test(title, ({ skip }) => {
      skip(!existsSync(join(data, name)), `../shared/data/${name} is missing`);
      run(join(data, name));
    });

  real("tinyshakespeare.txt", "Shakespeare has char-rnn's 65 symbols and 446 batches", (file) => {
    const text = readText(file);
    const vocabulary = byteVocabulary(text);
    const ids = vocabulary.encode(text);
    expect([vocabulary.size, ids.length]).toEqual([65, 1_115_394]);
    expect(codePointVocabulary(text).encode(text)).toEqual(ids);
    expect(stream(ids, { batch: 50, length: 50 }).batches).toBe(446);
    expect(vocabulary.decode(ids)).toBe(text);

    const parts = partition(ids, { train: 0.9, validation: 0.05, test: 0.05 });
    expect(Object.values(parts).map((part) => part.length)).toEqual([1_003_855, 55_769, 55_770]);
    const { x, y } = stream(parts.train, { batch: 50, length: 50 }).at(0);
    expect(vocabulary.decode(x.data.filter((_, i) => i % 50 === 0)).slice(0, 14)).toBe("First Citizen:");
    expect(vocabulary.decode(y.data.filter((_, i) => i % 50 === 0)).slice(0, 13)).toBe("irst Citizen:");

    const words = wordVocabulary(text, { limit: 10_000 });
    expect(words.size).toBe(10_000);
    expect(words.encode(words.decode(words.encode(text)))).toEqual(words.encode(text));
  });

  real("war-and-peace.txt", "War and Peace with CRLF and BOM has the paper's 87 distinct bytes", (file) => {
    // Karpathy, Johnson and Fei-Fei, Visualizing and Understanding Recurrent Networks, 2015, section 4.1.
    const text = readText(file);
    expect(byteVocabulary(readBytes(file)).size).toBe(83);
    expect(byteVocabulary(`\ufeff${text.replaceAll("\n", "\r\n")}`).size).toBe(87);
  });

  real("tang-poetry.txt", "Chinese poems survive code points and bytes", (file) => {
    const text = readText(file);
    for (const vocabulary of [codePointVocabulary(text), byteVocabulary(text)]) {
      expect(vocabulary.decode(vocabulary.encode(text)) === text).toBe(true);
    }
    const common = codePointVocabulary(text, { minimumCount: 2, unknown: "\ufffd" });
    expect(common.size).toBeLessThan(codePointVocabulary(text).size);
  });
});
