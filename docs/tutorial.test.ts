/** Every page with TypeScript in it is a program that compiles, runs, and prints what the page shows. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { programOf, readPage, root, runPage, type Block } from "../scripts/pages.ts";

const tutorial = readdirSync(join(root, "docs/tutorial")).map((name) => `docs/tutorial/${name}`);
const pages = [
  "README.md",
  "docs/architecture.md",
  "docs/coming-from-torch.md",
  "docs/how-it-works.md",
  "docs/profiling.md",
  "docs/seeing-inside.md",
  ...tutorial,
].map(readPage);

/** Pages take a second at most; a machine may have other things to do. */
const timeout = 60_000;

describe("a page prints what it shows", () => {
  for (const page of pages) {
    test(page.file, { timeout }, async () => {
      const printed = await runPage(page);
      page.outputs.forEach((output, i) => expectShown(printed[i]!, output, `${page.file}:${output.line}`));
      expect(printed.at(-1), `${page.file}: the end prints something that the page does not show`).toBe("");
    });
  }
});

/** Lines that are `[...]` on the page stand for any number of others. */
function expectShown(printed: string, { text }: Block, where: string): void {
  if (!text.split("\n").includes("[...]")) return expect(withDigitsOf(text, printed), where).toBe(text);
  const parts = text.split(/^\[\.\.\.\]$/m).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  expect(printed, where).toMatch(new RegExp(`^${parts.join("[^]*")}$`));
}

/** f32 has seven digits, and engines agree up to rounding: the sixth digit may be off by one. */
function withDigitsOf(text: string, printed: string): string {
  const shown = [...text.matchAll(decimal)].map(([number]) => number);
  let i = 0;
  return printed.replaceAll(decimal, (number) => {
    const other = shown[i++] ?? "";
    const [, decimals = ""] = other.split(".");
    const digits = other.replaceAll(/^-?[0.]*|\./g, "").length;
    const unit = 10 ** -decimals.length;
    return digits >= 6 && Math.abs(Number(number) - Number(other)) < 1.5 * unit ? other : number;
  });
}

const decimal = /-?\d+\.\d+/g;

test("TypeScript accepts every page", { timeout }, () => {
  const folder = join(root, "node_modules/.cache/docs");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const names = pages.map(({ file }) => `${file.replaceAll("/", ".")}.ts`);
  pages.forEach((page, i) => writeFileSync(join(folder, names[i]!), programOf(page)));
  const settings = {
    extends: "../../../tsconfig.test.json",
    compilerOptions: {
      incremental: false,
      tsBuildInfoFile: null,
      types: ["node"],
      typeRoots: ["../../@types"],
    },
    include: [],
    files: names,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
  const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  const compiler = [join(typescript, "bin/tsc"), "-p", folder];
  const { status, stdout, stderr } = spawnSync(process.execPath, compiler, { encoding: "utf8" });
  // Lines of a program are those of its page. Errors in the packages are the business of `pnpm typecheck`.
  const errors = pages
    .reduce((text, { file }, i) => text.replaceAll(names[i]!, file), stdout + stderr)
    .split("\n")
    .filter((line) => line !== "" && !/^(packages\/|\s)/.test(line));
  expect(errors).toEqual([]);
  expect(status === 0 || stdout !== "", "the compiler ran").toBe(true);
});
