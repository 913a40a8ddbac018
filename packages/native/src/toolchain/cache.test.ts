import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Cache, keyOf } from "./cache.ts";

let folder: string;
beforeEach(() => (folder = join(mkdtempSync(join(tmpdir(), "unroll-test-")), "cache")));
afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

const written = (text: string) => (path: string) => writeFileSync(path, text);

test("a folder is made for the user alone", () => {
  expect(new Cache(folder).folder).toBe(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test("a folder that others may write to is refused", () => {
  new Cache(folder).clear();
  chmodSync(folder, 0o770);
  expect(() => new Cache(folder)).toThrow(`others may write to ${folder}`);
});

test.skipIf(process.getuid?.() !== 0)(
  "a folder of somebody else is refused (root alone can make one)",
  () => {
    new Cache(folder).clear();
    chownSync(folder, 65_534, 65_534);
    expect(() => new Cache(folder)).toThrow(`${folder} belongs to another user`);
  },
);

test("what is kept is found by its key, by another process too", () => {
  const path = new Cache(folder).keep(keyOf("a", "b"), written("library"));
  expect(new Cache(folder).find(keyOf("a", "b"))).toBe(path);
  expect(readFileSync(path, "utf8")).toBe("library");
  expect(new Cache(folder).find(keyOf("a b"))).toBeUndefined();
});

test("a file that is not as it was written is removed and not given", () => {
  const cache = new Cache(folder);
  const path = cache.keep(keyOf("a"), written("library"));
  writeFileSync(path, "other");
  expect(cache.find(keyOf("a"))).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});

test("two that keep the same at once leave one file, and none that is not whole", () => {
  const [one, two] = [new Cache(folder), new Cache(folder)];
  const path = one.keep(keyOf("a"), (outer) => {
    two.keep(keyOf("a"), written("library"));
    writeFileSync(outer, "library");
  });
  expect(readdirSync(folder)).toHaveLength(1);
  expect(one.find(keyOf("a"))).toBe(path);
});

test("a draft that fails leaves nothing", () => {
  const fail = (path: string): never => {
    writeFileSync(path, "half");
    throw new Error("no");
  };
  const cache = new Cache(folder);
  expect(() => cache.keep(keyOf("a"), fail)).toThrow("no");
  expect(readdirSync(folder)).toEqual([]);
});

test("the command says what is kept, and removes it", () => {
  const cache = new Cache(folder);
  cache.keep(keyOf("a"), written("12345"));
  const command = (...words: string[]) =>
    spawnSync(process.execPath, [fileURLToPath(new URL("../command.ts", import.meta.url)), ...words], {
      encoding: "utf8",
      env: { ...process.env, UNROLL_CACHE: folder },
    });
  expect(command("cache").stdout).toBe(`${folder}: 5 bytes are kept.\n`);
  expect(command("cache", "--clear").stdout).toBe(`${folder}: 5 bytes are removed.\n`);
  expect(readdirSync(folder)).toEqual([]);
  expect(command("cache").stdout).toBe(`${folder}: 0 bytes are kept.\n`);
  expect(command("keep").status).toBe(2);
});
