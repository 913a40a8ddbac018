import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UnsupportedError } from "@unroll/core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { missing } from "../../test/toolchain.ts";
import { findCompiler, type Compiler } from "./compiler.ts";
import { Libraries } from "./library.ts";

vi.setConfig({ testTimeout: 60_000 });

let folder: string;
beforeEach(() => (folder = join(mkdtempSync(join(tmpdir(), "unroll-test-")), "cache")));
afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

/** What the answer of a library is that was loaded through a folder. */
const answer = (compiler: Compiler, source = "int answer(void) { return 42; }"): number =>
  new Libraries(compiler, folder).load(source).func("answer", "int", [])();

/** What is done to the one library of the folder. It is not changed in place, being part of this process. */
function replace(change: (bytes: Uint8Array) => Uint8Array, hasItsName: boolean): void {
  const [name] = readdirSync(folder);
  const bytes = change(readFileSync(join(folder, name!)));
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  rmSync(join(folder, name!));
  writeFileSync(join(folder, hasItsName ? `${name!.split("-")[0]}-${digest}.so` : name!), bytes);
}

/** What is warned of meanwhile. */
function warningsDuring(f: () => void): readonly string[] {
  const warnings: string[] = [];
  const emit = process.emitWarning;
  process.emitWarning = (warning: string | Error) => void warnings.push(String(warning));
  try {
    f();
  } finally {
    process.emitWarning = emit;
  }
  return warnings;
}

/** As a user whom nothing belongs to: modes say nothing to root. */
function asNobody(f: () => void): void {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid!(65_534);
  try {
    f();
  } finally {
    if (isRoot) process.seteuid!(0);
  }
}

const why = missing();

describe.skipIf(why !== undefined)(`libraries${why === undefined ? "" : `, skipped: ${why}`}`, () => {
  const compiler = why === undefined ? findCompiler(undefined) : undefined!;

  test("of another processor are others, in a folder that both share", () => {
    answer(compiler);
    answer({ ...compiler, identity: `${compiler.identity}#define __ANOTHER__ 1\n` });
    expect(readdirSync(folder)).toHaveLength(2);
    answer(compiler);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test("that end too early are made anew", () => {
    answer(compiler);
    const whole = readdirSync(folder);
    replace((bytes) => bytes.subarray(0, bytes.length / 2), false);
    expect(warningsDuring(() => expect(answer(compiler)).toBe(42))).toEqual([]);
    expect(readdirSync(folder)).toEqual(whole);
  });

  test("that the system does not load are made anew, though they are as they were written", () => {
    answer(compiler);
    const whole = readdirSync(folder);
    // The machine that the file is for: there is none of this number.
    replace((bytes) => Uint8Array.from(bytes).fill(0xfe, 18, 20), true);
    expect(readdirSync(folder)).not.toEqual(whole);
    expect(warningsDuring(() => expect(answer(compiler)).toBe(42))).toEqual([]);
    expect(readdirSync(folder)).toEqual(whole);
  });

  test("are made for the process alone where the folder can't be written to, and it is said why", () => {
    mkdirSync(folder, { mode: 0o755 });
    chmodSync(join(folder, ".."), 0o755);
    chmodSync(folder, 0o555);
    const warnings = warningsDuring(() =>
      asNobody(() => {
        expect(answer(compiler)).toBe(42);
        expect(answer(compiler, "int answer(void) { return 43; }")).toBe(43);
      }),
    );
    expect(readdirSync(folder)).toEqual([]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /^native: EACCES: permission denied.*\. Programs are compiled anew in every process\./,
    );
    chmodSync(folder, 0o700);
  });

  test("that the system does not load at all are an error that names the compiler", () => {
    const command = join(folder, "..", "cc");
    const writesText = 'for word; do [ "$before" = -o ] && echo text > "$word"; before=$word; done';
    writeFileSync(command, `#!/bin/sh\ncat > /dev/null\n${writesText}\n`, { mode: 0o755 });
    const other = { ...compiler, command };
    expect(() => new Libraries(other, false).load("")).toThrow(UnsupportedError);
    expect(() => new Libraries(other, false).load("")).toThrow(
      `native: what ${command} compiles can't be loaded: `,
    );
  });
});
