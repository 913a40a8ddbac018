/** What holds for the committed files as a whole. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

function git(...args: string[]): { status: number | null; output: string } {
  const { status, stdout } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  return { status, output: stdout ?? "" };
}

/** Tracked files that are there; none outside a checkout, where nothing is committed. */
const tracked = git("ls-files")
  .output.split("\n")
  .filter((path) => path !== "" && existsSync(join(root, path)));
const isCheckout = tracked.includes("scripts/repository.test.ts");

test("the lockfile names packages and hashes, never an address", () => {
  const lines = read("pnpm-lock.yaml").split("\n");
  expect(lines.filter((line) => /https?:|registry/i.test(line))).toEqual([]);
});

describe.runIf(isCheckout)("no committed file", () => {
  // The patterns are put together here, so that this file does not contain what it looks for.
  const before = "(^|[^A-Za-z0-9._/~-])";
  const patterns: Readonly<Record<string, string>> = {
    "names a registry": ["reg", "istry\\.[a-z0-9-]+\\.|[/.]npm\\.pkg\\.|_auth", "Token|_pass", "word="].join(
      "",
    ),
    "names a host by number": ["https?://", "([0-9]{1,3}\\.){3}", "[0-9]"].join(""),
    "holds a path of someone's machine": [
      before,
      "/",
      "(work|root|home/[a-z]|Users/[A-Za-z]|tmp)/",
      "|[A-Z]:",
      "\\\\Users",
    ].join(""),
  };
  for (const [title, pattern] of Object.entries(patterns)) {
    test(title, () => {
      // -I leaves binary files out. Status 1 is "nothing found"; anything else is an error of git itself.
      const { status, output } = git("grep", "-nIE", pattern);
      expect(output.split("\n").filter(Boolean)).toEqual([]);
      expect(status).toBe(1);
    });
  }

  test("is an npm lockfile or an npm configuration", () => {
    expect(tracked.filter((path) => /(^|\/)(package-lock\.json|yarn\.lock|\.npmrc)$/.test(path))).toEqual([]);
  });
});

describe("versions", () => {
  const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

  test("package.json files ask for exact ones", () => {
    const wrong: string[] = [];
    for (const path of tracked.filter((name) => /(^|\/)package\.json$/.test(name))) {
      const manifest = JSON.parse(read(path)) as Record<string, Record<string, string> | undefined>;
      // Peer dependencies are ranges on purpose: the user chooses.
      for (const kind of ["dependencies", "devDependencies", "optionalDependencies"]) {
        for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
          if (version === "workspace:*" || version === "catalog:" || exact.test(version)) continue;
          wrong.push(`${path}: ${name} ${version}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test("the catalog holds exact ones", () => {
    const lines = read("pnpm-workspace.yaml").split("\n");
    const start = lines.indexOf("catalog:");
    const end = lines.findIndex((line, i) => i > start && !/^(\s|$)/.test(line));
    const entries = lines
      .slice(start + 1, end < 0 ? undefined : end)
      .filter((line) => line.trim() !== "" && !line.trim().startsWith("#"));
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.filter((line) => !exact.test(line.split(": ").at(-1)!.trim()))).toEqual([]);
  });
});
