/** Pages as programs: the TypeScript blocks of a page, run in order, and what they print. */
import { readFileSync } from "node:fs";
import * as fs from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import { compileFunction } from "node:vm";
import * as core from "@unroll/core";
import * as coreNode from "@unroll/core/node";
import * as coreWasm from "@unroll/core/wasm";
import * as data from "@unroll/data";
import * as inspect from "@unroll/inspect";
import * as inspectNode from "@unroll/inspect/node";
import * as layers from "@unroll/layers";
import * as optim from "@unroll/optim";
import * as testing from "@unroll/testing";
import * as testingCells from "@unroll/testing/cells";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** What a page may import. The workspace's packages are those of the test: nothing is loaded twice. */
const modules: Readonly<Record<string, object>> = {
  "@unroll/core": core,
  "@unroll/core/node": coreNode,
  "@unroll/core/wasm": coreWasm,
  "@unroll/data": data,
  "@unroll/inspect": inspect,
  "@unroll/inspect/node": inspectNode,
  "@unroll/layers": layers,
  "@unroll/optim": optim,
  "@unroll/testing": testing,
  "@unroll/testing/cells": testingCells,
  "node:fs": fs,
  "node:os": os,
  "node:path": path,
};

/** A fenced block. */
export interface Block {
  readonly language: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  readonly text: string;
}

export interface Page {
  /** From the root of the repository. */
  readonly file: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** Blocks that say what the TypeScript before them prints: fenced as `text`, right after a block fenced as `ts`. */
  readonly outputs: readonly Block[];
}

export function readPage(file: string): Page {
  const text = readFileSync(path.join(root, file), "utf8");
  const lines = text.split("\n");
  const blocks: Block[] = [];
  for (let open = 0; open < lines.length; open++) {
    const language = /^```(\w*)$/.exec(lines[open]!)?.[1];
    if (language === undefined) continue;
    const close = lines.indexOf("```", open + 1);
    if (close < 0) throw new Error(`${file}:${open + 1}: the block is not closed.`);
    blocks.push({ language, line: open + 1, text: lines.slice(open + 1, close).join("\n") });
    open = close;
  }
  const outputs = blocks.filter(({ language }, i) => language === "text" && blocks[i - 1]?.language === "ts");
  return { file, text, blocks, outputs };
}

/** The TypeScript of a page: its line n is line n of the page, and `at` is put where an output begins. */
export function programOf(
  { text, blocks, outputs }: Page,
  at: (output: number) => string = () => "",
): string {
  const lines = text.split("\n").map(() => "");
  for (const block of blocks.filter(({ language }) => language === "ts")) {
    block.text.split("\n").forEach((line, i) => (lines[block.line + i] = line));
  }
  outputs.forEach(({ line }, i) => (lines[line - 1] = at(i)));
  return lines.join("\n");
}

/** Run a page. The result is what was printed before each of its outputs ends, and what was printed after the last. */
export async function runPage(page: Page): Promise<readonly string[]> {
  const printed: string[][] = [[]];
  const source = withoutTypes(programOf(page, () => "$printed();"))
    .replaceAll(/^import (\{[^}]*\}) from ("[^"]+");/gm, (_, names: string, from: string) => {
      return `const ${names.replaceAll(/ as /g, ": ")} = $load(${from});`;
    })
    .replace(/^/, "return (async () => {");
  const program = compileFunction(`${source}\n})();`, ["console", "$load", "$printed"], {
    filename: path.join(root, page.file),
  }) as (console: object, load: (name: string) => object, printed: () => void) => Promise<void>;
  const console = { log: (...words: readonly unknown[]) => printed.at(-1)!.push(format(...words)) };
  await program(console, load, () => printed.push([]));
  return printed.map((lines) => lines.join("\n"));
}

function load(name: string): object {
  const found = modules[name];
  if (!found) throw new Error(`Pages can't import ${name}: scripts/pages.ts does not list it.`);
  return found;
}

/** Blanks in place of types. Node says at every start that this is experimental: readers of tests need not know. */
function withoutTypes(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}
