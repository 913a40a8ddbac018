/**
 * Writes docs/reference/ops.md from the sources: the list of ops, their signatures and their docstrings.
 *
 *     node scripts/reference.ts
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { entryOf, link, root, section } from "./docstring.ts";

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
  ["Convolution and pooling", ["conv1d", "conv2d", "maxPool", "averagePool", "windows", "overlapAdd"]],
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

const read = (file: string): string => readFileSync(join(root, sources, file), "utf8");

/** Whether the page says that an op has a derivative. */
export function hasGradient(name: string): boolean {
  const { meaning, parts } = entryOf(name, `${sources}/${filesOfOps().get(name)!}`);
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
    names.map((name) => section(entryOf(name, `${sources}/${files.get(name)!}`))).join("\n\n");
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
