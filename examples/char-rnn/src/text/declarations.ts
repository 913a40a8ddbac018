/** The text that is read when nobody names one: megabytes of real source that the installation has brought along. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UnrollError } from "@unroll/core";

/**
 * The declarations of TypeScript's library. Those of the page come last: the end of the text is held out, and should be
 * of the kind that most of it is. Those of the worker are left out, since they repeat the page's.
 *
 * Throws: UnrollError when they are not installed.
 */
export function declarations(folder: string = libraryFolder()): string {
  const page = "lib.dom.d.ts";
  const found = readdirSync(folder).filter((name) => /^lib\..*\.d\.ts$/.test(name));
  if (!found.includes(page)) throw missing(`there is no ${page} in ${folder}`);
  const others = found.filter((name) => name !== page && !name.includes("webworker")).sort();
  return [...others, page].map((name) => withoutLicence(readFileSync(join(folder, name), "utf8"))).join("");
}

/** Every file begins with the same one. */
const withoutLicence = (source: string): string => source.replace(/^\/\*![^]*?\*\/\s*/, "");

/** TypeScript 7 has its library beside the compiler of each platform, in a package that only TypeScript depends on. */
function libraryFolder(): string {
  const platform = `@typescript/typescript-${process.platform}-${process.arch}`;
  try {
    const typescript = createRequire(import.meta.url).resolve("typescript/package.json");
    return join(dirname(createRequire(typescript).resolve(`${platform}/package.json`)), "lib");
  } catch {
    throw missing(`the package ${platform} is not installed`);
  }
}

const missing = (why: string): UnrollError =>
  new UnrollError(
    `text: the declarations of TypeScript's library are not there: ${why}.`,
    "Run pnpm install, or name a text: --data FILE_OR_FOLDER.",
  );
