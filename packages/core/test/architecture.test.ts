/** Reads the import statements of every package and asserts who may import whom; see docs/architecture.md. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const packages = fileURLToPath(new URL("../../", import.meta.url));

/** What the sources of a package may import besides themselves. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  inspect: ["@unroll/core", "@unroll/plot", "@observablehq/plot", "@viz-js/viz"],
  layers: ["@unroll/core"],
  optim: ["@unroll/core"],
  data: ["@unroll/core"],
  native: ["@unroll/core"],
  plot: ["@unroll/optim", "@observablehq/plot", "linkedom"],
  testing: ["@unroll/core", "@unroll/layers", "fast-check", "vitest"],
};

/** The folders of core; each imports itself and what stands left of it, and the files beside them import anything. */
const folders = ["tensor", "ir", "graph", "ops", "autodiff", "scan", "compiler", "engine"];

/** Imports that break a rule on purpose: "file -> import" and the reason. */
const exceptions: Readonly<Record<string, string>> = {};

/** A cell's checks and the matchers have entries of their own, because their packages are optional. */
const optional = ["@unroll/layers", "vitest"];

/** What runs in Node and nowhere else. */
const nodeOnly: readonly string[] = ["native"];

const lineLimit = 300;

type Import = { readonly specifier: string; readonly typeOnly: boolean };
type Source = { readonly file: string; readonly lines: number; readonly imports: readonly Import[] };

const statement =
  /^(?:import|export)\s+(type\s+)?(?:(?:[\w$]+\s*,\s*)?(?:\{[^}]*\}|\*(?:\s+as\s+[\w$]+)?|[\w$]+)\s*from\s*)["']([^"']+)["']|^import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm;

export function importsOf(text: string): Import[] {
  return [...text.matchAll(statement)].map(([, type, from, bare, dynamic]) => ({
    specifier: (from ?? bare ?? dynamic)!,
    typeOnly: type !== undefined,
  }));
}

/** Every source file by its path from `packages/`, tests excepted. */
function readSources(): Map<string, Source> {
  const sources = new Map<string, Source>();
  for (const name of readdirSync(packages)) {
    const src = join(packages, name, "src");
    if (!existsSync(src)) continue;
    for (const path of readdirSync(src, { recursive: true, encoding: "utf8" })) {
      if (!/\.[cm]?[jt]s$/.test(path) || /\.test(-d)?\.ts$/.test(path)) continue;
      const text = readFileSync(join(src, path), "utf8");
      const file = `${name}/src/${path.replaceAll("\\", "/")}`;
      sources.set(file, { file, lines: text.trimEnd().split("\n").length, imports: importsOf(text) });
    }
  }
  return sources;
}

const sources = readSources();
const edges = [...sources.values()]
  .flatMap(({ file, imports }) =>
    imports.map((one) => ({ file, ...one, target: resolve(file, one.specifier) })),
  )
  .filter(({ file, specifier }) => !(`${file} -> ${specifier}` in exceptions));

/** The file that a relative import means, from `packages/`; undefined for the name of a package. */
function resolve(file: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? posix.join(dirname(file), specifier) : undefined;
}

const packageOf = (file: string): string => file.split("/")[0]!;
const show = ({ file, specifier }: { readonly file: string; readonly specifier: string }): string =>
  `${file} imports ${specifier}`;

/** The files that loading `entry` loads. */
function reach(entry: string): Set<string> {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const edge of edges) if (edge.file === file && edge.target && !edge.typeOnly) visit(edge.target);
  };
  visit(entry);
  return seen;
}

test("imports are read in all their forms", () => {
  const text = [
    'import { a } from "./a.ts";',
    'import type { b } from "./b.ts";',
    'import {\n  c,\n  type d,\n} from "./c.ts";',
    'import * as e from "./e.ts";',
    'export * from "./f.ts";',
    'export { type g } from "./g.ts";',
    'import "./h.ts";',
    'const i = await import("./i.ts");',
    'import j, { k } from "./j.ts";',
    "const text = \" import { l } from './l.ts'\";",
    'export const from = (m: { n: string }) => "./m.ts";',
  ].join("\n");
  expect(importsOf(text).map(({ specifier, typeOnly }) => specifier + (typeOnly ? " (type)" : ""))).toEqual([
    "./a.ts",
    "./b.ts (type)",
    "./c.ts",
    "./e.ts",
    "./f.ts",
    "./g.ts",
    "./h.ts",
    "./i.ts",
    "./j.ts",
  ]);
});

describe("packages", () => {
  test("a package imports only the packages below it", () => {
    const wrong = edges.filter(({ file, specifier, target }) => {
      if (target !== undefined || specifier.startsWith("node:")) return false;
      const names = allowed[packageOf(file)] ?? [];
      return !names.some((name) => specifier === name || specifier.startsWith(`${name}/`));
    });
    expect(wrong.map(show)).toEqual([]);
  });

  test("relative imports name a source file of the same package", () => {
    const wrong = edges.filter(
      ({ file, target }) =>
        target !== undefined && (packageOf(target) !== packageOf(file) || !sources.has(target)),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  test("Node's modules are imported by the node.ts entries alone, and those by no one", () => {
    const wrong = edges.filter(
      ({ file, specifier, target }) =>
        (specifier.startsWith("node:") &&
          !/^\w+\/src\/node\.ts$/.test(file) &&
          !nodeOnly.includes(packageOf(file))) ||
        (target !== undefined && /^\w+\/src\/node\.ts$/.test(target)),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  test("the main entry of testing loads no optional package", () => {
    const loaded = reach("testing/src/index.ts");
    const wrong = edges.filter(
      ({ file, specifier, typeOnly }) => loaded.has(file) && !typeOnly && optional.includes(specifier),
    );
    expect(wrong.map(show)).toEqual([]);
  });
});

describe("inside core", () => {
  /** The place in the order; the files beside the folders come last. */
  const rank = (file: string): number => {
    const [, , folder, ...inside] = file.split("/");
    return inside.length === 0 ? folders.length : folders.indexOf(folder!);
  };

  test("every folder has a place in the order", () => {
    const unknown = [...sources.keys()].filter((file) => packageOf(file) === "core" && rank(file) < 0);
    expect(unknown).toEqual([]);
  });

  test(`a folder imports only what stands left of it: ${folders.join(", ")}`, () => {
    const wrong = edges.filter(
      ({ file, target }) => packageOf(file) === "core" && target !== undefined && rank(target) > rank(file),
    );
    expect(wrong.map(show)).toEqual([]);
  });
});

describe("files", () => {
  test("no file imports itself through others, types excepted", () => {
    const state = new Map<string, "open" | "done">();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === "open") cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      if (state.has(file)) return;
      state.set(file, "open");
      for (const edge of edges) {
        if (edge.file === file && edge.target && !edge.typeOnly) visit(edge.target, [...path, file]);
      }
      state.set(file, "done");
    };
    for (const file of sources.keys()) visit(file, []);
    expect(cycles).toEqual([]);
  });

  test(`a source file has at most ${lineLimit} lines`, () => {
    const long = [...sources.values()].filter(({ lines }) => lines > lineLimit);
    expect(long.map(({ file, lines }) => `${file} has ${lines} lines`)).toEqual([]);
  });

  test("every exception is still needed", () => {
    const seen = new Set(
      [...sources.values()].flatMap(({ file, imports }) => imports.map((i) => `${file} -> ${i.specifier}`)),
    );
    expect(Object.keys(exceptions).filter((key) => !seen.has(key))).toEqual([]);
  });
});
