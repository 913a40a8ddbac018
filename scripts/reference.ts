/**
 * Writes docs/reference/ops.md from the sources: the list of ops, their signatures and their docstrings.
 *
 *     node scripts/reference.ts
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = "packages/core/src";

/** Where the page is, from the root. */
export const page = "docs/reference/ops.md";

/** Ops by what one looks for. A test asserts that every op stands in one of them. */
const groups: readonly (readonly [title: string, ops: readonly string[]])[] = [
  ["Arithmetic", ["add", "sub", "mul", "div", "neg", "square", "sqrt", "rsqrt", "pow", "mod"]],
  ["Functions", ["exp", "expm1", "log", "log1p", "sin", "cos", "erf", "abs", "sign", "floor", "round"]],
  ["Activations", ["tanh", "sigmoid", "softplus", "relu", "gelu"]],
  ["Extremes", ["maximum", "minimum", "clamp"]],
  ["Comparing and choosing", ["less", "lessEqual", "greater", "greaterEqual", "equal", "notEqual", "where"]],
  ["Logic", ["and", "or", "xor", "not"]],
  ["Reductions", ["sum", "mean", "variance", "max", "min", "prod", "argmax", "any", "all", "cumsum"]],
  ["Softmax and its relatives", ["logSumExp", "softmax", "logSoftmax", "crossEntropy", "standardize"]],
  ["Products", ["matmul", "einsum", "dotTree"]],
  ["Axes and shapes", ["transpose", "reshape", "squeeze", "unsqueeze", "broadcastTo", "sizes"]],
  ["Cutting and joining", ["slice", "pad", "flip", "concat", "stack", "split"]],
  ["Indexing", ["take", "scatterAdd", "takeAlong", "oneHot", "iota"]],
  ["Constants and dtypes", ["constant", "full", "cast"]],
  ["Random numbers", ["fork", "forkEach", "randomUniform", "randomNormal", "bernoulli", "categorical"]],
  ["Gradients", ["detach", "customGradient"]],
  ["Time", ["scan"]],
  ["Your own", ["elementwise", "applyOp"]],
];

/** Files of what is an op by use and stands elsewhere than in `ops/index.ts`. */
const elsewhere: Readonly<Record<string, string>> = {
  cumsum: "scan/cumsum.ts",
  scan: "scan/scan.ts",
  elementwise: "ops/elementwise.ts",
  applyOp: "graph/node.ts",
};

/** What a docstring says, by its parts. */
interface Documentation {
  readonly meaning: string;
  readonly parts: ReadonlyMap<string, string>;
  readonly example: string;
}

interface Entry extends Documentation {
  readonly name: string;
  readonly signature: string;
  readonly file: string;
}

const read = (file: string): string => readFileSync(join(root, sources, file), "utf8");

/** Whether the page says that an op has a derivative. */
export function hasGradient(name: string): boolean {
  const { meaning, parts } = entryOf(name, filesOfOps().get(name)!);
  const gradient = parts.get("Gradient");
  return gradient === undefined
    ? /\bits gradient\b/.test(meaning)
    : !/^(none|zero|it has none)\b/.test(gradient);
}

/** The text of the page. */
export function reference(): string {
  const files = filesOfOps();
  const grouped = groups.flatMap(([, names]) => names);
  const wrong = [
    ...[...files.keys()].filter((name) => !grouped.includes(name)),
    ...grouped.filter((name, i) => !files.has(name) || grouped.indexOf(name) !== i),
  ];
  if (wrong.length > 0) throw new Error(`reference: not in exactly one group: ${wrong.join(", ")}.`);
  const entries = (names: readonly string[]): string =>
    names.map((name) => section(entryOf(name, files.get(name)!))).join("\n\n");
  const contents = groups.map(([title, names]) => `| ${title} | ${names.map(link).join(" ")} |`);
  const sections = groups.map(([title, names]) => `## ${title}\n\n${entries(names)}`);
  return `${[introduction, ["| | |", "| --- | --- |", ...contents].join("\n"), ...sections, types()].join("\n\n")}\n`;
}

const introduction = `# Ops

This page is made from the sources by \`scripts/reference.ts\`; a test asserts that it is up to date.

An \`Operand\` is a value or a number; a number takes the dtype of its neighbour. Nothing is promoted. Shapes broadcast as in
NumPy where an op says so. Axes count from the front, or from the back when negative. In shapes, \`[...]\` is any number of
axes. Under *Gradient*, \`dx\` is the cotangent of \`x\` and \`dy\` that of the result; an op that says nothing of one has none.
Errors are explained in [errors](../errors.md).`;

const link = (name: string): string => `[\`${name}\`](#${name.toLowerCase()})`;

/** The file of every op that users can import. */
function filesOfOps(): ReadonlyMap<string, string> {
  const files = new Map(Object.entries(elsewhere));
  for (const [, names, file] of read("ops/index.ts").matchAll(/^export \{([^}]*)\} from "\.\/(.*)";$/gm)) {
    for (const name of names!.split(",").map((one) => one.trim())) {
      if (name !== "" && !name.startsWith("type ")) files.set(name, `ops/${file}`);
    }
  }
  return files;
}

function entryOf(name: string, file: string): Entry {
  const text = read(file);
  const found = new RegExp(`(/\\*\\*(?:[^*]|\\*(?!/))*\\*/)\\nexport (?:const|function) ${name}\\b`).exec(
    text,
  );
  if (!found) throw new Error(`reference: ${name} has no docstring in ${file}.`);
  const declaration = text.slice(found.index + found[1]!.length + 1);
  return { name, file, signature: signatureOf(name, declaration), ...parse(found[1]!) };
}

const labels = ["Shapes", "Units", "Gradient", "Throws", "Source"];

/** Take a docstring apart: meaning first, then labelled parts, then examples. What is indented is code. */
function parse(docstring: string): Documentation {
  const lines = docstring
    .slice(3, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd());
  const [meaning, examples]: string[][] = [[], []];
  const parts = new Map<string, string>();
  let label: string | undefined;
  for (const line of lines) {
    const [, found, rest] = /^([A-Z][a-z]+): (.*)$/.exec(line) ?? [];
    if (found !== undefined && labels.includes(found)) {
      label = found;
      parts.set(label, rest!);
    } else if (line === "" || line.startsWith("    ") || label === undefined) {
      label = undefined;
      (parts.size > 0 ? examples : meaning)!.push(line);
    } else {
      parts.set(label, `${parts.get(label)} ${line}`);
    }
  }
  return { meaning: fenced(meaning!), parts, example: fenced(examples!) };
}

/** Text with its indented lines as blocks of code. */
const fenced = (lines: readonly string[]): string =>
  lines
    .join("\n")
    .replace(/^\n+/, "")
    .replaceAll(/(?:^ {4}.*\n?)+/gm, (code) => {
      return `\`\`\`typescript\n${code.trimEnd().replaceAll(/^ {4}/gm, "")}\n\`\`\`\n`;
    })
    .trim();

/** Types of functions that declarations call by name. */
const aliases: Readonly<Record<string, string>> = {
  UnaryFunction: "(x: Operand) => Value",
  BinaryFunction: "(x: Operand, y: Operand) => Value",
  Reduction: "(x: Value, options?: ReduceOptions) => Value",
};

/** `add(x: Operand, y: Operand): Value` of the text that begins with a declaration. */
function signatureOf(name: string, declaration: string): string {
  const after = declaration.replace(/^export (const|function) \w+/, "");
  if (!declaration.startsWith("export const")) return name + compact(until(after, "{"));
  if (!after.startsWith(":")) return name + compact(until(after.replace(/^ = /, ""), "=>"));
  const type = compact(until(after.slice(1), "="));
  const [, parameters, result] = /^(\(.*\)) => (.*)$/.exec(aliases[type] ?? type) ?? [];
  if (parameters === undefined)
    throw new Error(`reference: ${name} has the type ${type}, which is no function.`);
  return `${name}${parameters}: ${result}`;
}

/** The text before a token that stands outside of all brackets. */
function until(text: string, token: string): string {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (depth === 0 && text.startsWith(token, i) && !(token === "=" && text[i + 1] === ">"))
      return text.slice(0, i);
    if ("([{".includes(text[i]!)) depth++;
    if (")]}".includes(text[i]!)) depth--;
  }
  throw new Error(`reference: no ${token} in ${text.slice(0, 40)}`);
}

/** On one line, without what says little to a reader. */
const compact = (text: string): string =>
  text
    .replaceAll(/\s+/g, " ")
    .replaceAll("( ", "(")
    .replaceAll(/,? \)/g, ")")
    // That states which a step adds are refused is said in words.
    .replace("R & NoExtraKeys<R, S>", "S")
    .replace(", const R extends S", "")
    .replaceAll(/readonly (?=\w+\?)/g, "")
    .replace(/(?:options|\{[^{}]*\}): (\{[^}]*\}|\w+) = \{\}/, "options?: $1")
    .trim();

function section({ name, signature, file, meaning, parts, example }: Entry): string {
  const rows = [...parts].map(([label, text]) => `- *${label}*: ${text}`);
  const place = `[${basename(file)}](../../${sources}/${file})`;
  return [
    `### ${name}`,
    `\`${signature}\` · ${place}`,
    meaning,
    ...(rows.length > 0 ? [rows.join("\n")] : []),
    ...(example === "" ? [] : [example]),
  ].join("\n\n");
}

/** Interfaces of options, as they stand in the sources. */
function types(): string {
  const files = readdirSync(join(root, sources, "ops")).filter((file) => !/\.test(-d)?\.ts$/.test(file));
  const declarations = [...files.map((file) => `ops/${file}`), "scan/scan.ts"]
    .sort()
    .flatMap((file) =>
      [
        ...read(file).matchAll(/(?:\/\*\*(?:[^*]|\*(?!\/))*\*\/\n)?export interface \w+Options \{[^}]*\}/g),
      ].map(([text]) => text.replace("export ", "")),
    );
  return `## Options\n\n${declarations.map((text) => `\`\`\`typescript\n${text}\n\`\`\``).join("\n\n")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(root, page), reference());
