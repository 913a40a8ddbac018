/**
 * Writes docs/reference/losses.md from the sources: losses, heads and decoders, and their docstrings.
 *
 *     node scripts/reference-losses.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { entryOf, link, root, section } from "./docstring.ts";

const sources = "packages/layers/src";

/** Where the page is, from the root. */
export const lossesPage = "docs/reference/losses.md";

/** What is exported from the folder, by what one looks for. */
const groups: readonly (readonly [title: string, names: readonly string[]])[] = [
  ["Classes", ["binaryCrossEntropy", "multiclassHinge", "hinge", "sampledSoftmax"]],
  ["Candidates of a sampled softmax", ["logUniformCandidates", "categoricalCandidates"]],
  ["Numbers", ["squaredError", "huber", "gaussianNll"]],
  ["Distributions and angles", ["klDivergence", "gaussianKl", "cosineEmbedding"]],
  ["Mixtures of Gaussians", ["mixtureDensity", "mixtureOf", "mixtureNll", "drawMixture"]],
  ["Handwriting", ["strokeDensity", "strokesOf", "strokeNll", "drawStroke"]],
  ["Sequences of labels", ["crf", "chunkConstraints", "ctc", "ctcGreedy", "ctcBeamSearch"]],
  [
    "Regularisers",
    [
      "activationRegularization",
      "temporalActivationRegularization",
      "normStabilizer",
      "vanishingGradientPenalty",
    ],
  ],
];

const introduction = `# Losses

This page is made from the sources by \`scripts/reference-losses.ts\`; a test asserts that it is up to date.

Losses give a number per row, and nothing is averaged: the \`mean\` is yours, or a sum over what counts. They do not
broadcast: an operand of another shape than its neighbour is an error. What is ignored, or is padding, is 0 with zero
gradient. All are made of ops of \`@unroll/core\`, where [\`crossEntropy\`](ops.md#crossentropy) is, with class weights,
label smoothing and an ignored target. Time comes first, \`[T, B, ...]\`; labels of \`ctc\` are rows, \`[B, L]\`. A head with
parameters is a layer, \`{ params, apply }\`. Errors are explained in [errors](../errors.md).`;

/** What the index exports from the folder of losses: values and types, each with its file. */
function exported(): { readonly values: ReadonlyMap<string, string>; readonly types: readonly string[] } {
  const index = readFileSync(join(root, sources, "index.ts"), "utf8");
  const values = new Map<string, string>();
  const files: string[] = [];
  for (const [, names, file] of index.matchAll(/^export \{([^}]*)\} from "\.\/(losses\/.*)";$/gm)) {
    files.push(`${sources}/${file}`);
    for (const name of names!.split(",").map((one) => one.trim())) {
      if (name !== "" && !name.startsWith("type ")) values.set(name, `${sources}/${file}`);
    }
  }
  return { values, types: files.sort().flatMap(interfacesOf) };
}

/** Exported interfaces of a file, as they stand there. */
const interfacesOf = (file: string): readonly string[] =>
  [
    ...readFileSync(join(root, file), "utf8").matchAll(
      /(?:\/\*\*(?:[^*]|\*(?!\/))*\*\/\n)?export interface \w+[^\n]*\n[\s\S]*?\n\}/g,
    ),
  ].map(([text]) => text.replace("export ", ""));

/** The text of the page. */
export function lossesReference(): string {
  const { values, types } = exported();
  const grouped = groups.flatMap(([, names]) => names);
  const wrong = [
    ...[...values.keys()].filter((name) => !grouped.includes(name)),
    ...grouped.filter((name, i) => !values.has(name) || grouped.indexOf(name) !== i),
  ];
  if (wrong.length > 0) throw new Error(`reference-losses: not in exactly one group: ${wrong.join(", ")}.`);
  const contents = groups.map(([title, names]) => `| ${title} | ${names.map(link).join(" ")} |`);
  const sections = groups.map(([title, names]) => {
    const entries = names.map((name) => section(entryOf(name, values.get(name)!)));
    return `## ${title}\n\n${entries.join("\n\n")}`;
  });
  const declarations = types.map((text) => `\`\`\`typescript\n${text}\n\`\`\``).join("\n\n");
  const table = ["| | |", "| --- | --- |", ...contents].join("\n");
  return `${[introduction, table, ...sections, `## Types\n\n${declarations}`].join("\n\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(root, lossesPage), lossesReference());
}
