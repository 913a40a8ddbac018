/**
 * Writes docs/reference/cells.md from the sources, and from the cells themselves: their docstrings, the shapes of their
 * parameters and states, and the graphs of their steps.
 *
 *     node --conditions=development scripts/cells.ts
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as layers from "@unroll/layers";
import { entryOf, link, root, section } from "./docstring.ts";
import { parameterTable, stateTable, type Sized, type Sizes } from "./specs.ts";
import { stepGraph, type StepGraph } from "./step-graph.ts";

const sources = "packages/layers/src/cells";

/** Where the page is, from the root. */
export const page = "docs/reference/cells.md";

type Maker = (inputs: number, hidden: number) => layers.Cell<unknown, unknown, never, unknown>;

interface Shown extends Sized {
  readonly name: string;
  /** Shapes of inputs without the batch, by name. */
  inputs(sizes: Sizes): Readonly<Record<string, readonly number[]>>;
}

const [I, H] = [24, 36];

const shown = (
  name: string,
  make: Sized["make"],
  more: { readonly sizes?: Sizes; readonly inputs?: Shown["inputs"] } = {},
): Shown => ({
  name,
  make,
  sizes: { I, H, ...more.sizes },
  inputs: more.inputs ?? (({ I }) => ({ x: [I!] })),
});

/** A cell that is made of inputs and units alone. */
const plain = (name: string, make: unknown): Shown => shown(name, ({ I, H }) => (make as Maker)(I!, H!));

const image: Shown["inputs"] = ({ I, height, width }) => ({ x: [height!, width!, I!] });

/** Cells by what they are made of. One that is in none of these groups, and is made of inputs and units, comes last. */
const groups: readonly (readonly [title: string, cells: readonly Shown[]])[] = [
  [
    "Simple recurrence",
    [
      plain("rnn", layers.rnn),
      plain("irnn", layers.irnn),
      plain("indRnn", layers.indRnn),
      shown("jordan", ({ I, H, O }) => layers.jordan(I!, H!, O!), { sizes: { O: 7 } }),
    ],
  ],
  [
    "LSTM",
    [
      plain("lstm", layers.lstm),
      plain("lstmVariant", layers.lstmVariant),
      plain("peepholeLstm", layers.peepholeLstm),
      shown("projectionLstm", ({ I, H, P }) => layers.projectionLstm(I!, H!, P!), {
        sizes: { P: 7 },
      }),
      plain("layerNormLstm", layers.layerNormLstm),
      shown("batchNormLstm", ({ I, H }) => layers.batchNormLstm(I!, H!, { steps: 5 })),
      plain("multiplicativeLstm", layers.multiplicativeLstm),
      shown("phasedLstm", ({ I, H }) => layers.phasedLstm(I!, H!), {
        inputs: ({ I }) => ({ x: [I!], t: [1] }),
      }),
      shown(
        "convLstm",
        ({ I, H, height, width, k, q }) =>
          layers.convLstm([height!, width!], I!, H!, { kernel: k!, recurrentKernel: q! }),
        { sizes: { height: 6, width: 5, k: 3, q: 5 }, inputs: image },
      ),
    ],
  ],
  [
    "GRU",
    [
      plain("gru", layers.gru),
      plain("mgu", layers.mgu),
      plain("ugrnn", layers.ugrnn),
      plain("mut1", layers.mut1),
      plain("mut2", layers.mut2),
      plain("mut3", layers.mut3),
    ],
  ],
  ["Products of inputs alone", [plain("sru", layers.sru), plain("qrnn", layers.qrnn)]],
  [
    "Depth and speeds",
    [
      plain("rhn", layers.rhn),
      shown("clockwork", ({ I, H }) => layers.clockwork(I!, H!, [1, 2, 4, 8])),
      shown("scrn", ({ I, H, C }) => layers.scrn(I!, H!, C!), { sizes: { C: 7 } }),
    ],
  ],
  [
    "Memories beside the state",
    [
      plain("fastWeights", layers.fastWeights),
      shown("ntm", ({ I, H, N, M, S }) => layers.ntm(I!, H!, { slots: N!, width: M!, shifts: S! }), {
        sizes: { N: 10, M: 7, S: 2 },
      }),
    ],
  ],
];

const introduction = `# Cells

This page is made by \`scripts/cells.ts\` from the docstrings of the cells, and from the cells themselves: it makes each
at several sizes, looks at what it has, and draws the graph of one step. A test asserts that it is up to date.

I, H and B stand for inputs, hidden units and batch. A row is a sequence: \`x wx\` is a product of matrices, products
of states are elementwise, and what is primed belongs to the step after. "Each with its own columns" says that
parameters stand side by side, in the order that is given with them. How a cell differs from other published forms is
said there.

All cells are compared with their equations in plain JavaScript by
[equations.property.test.ts](../../${sources}/equations.property.test.ts), and run like any cell of your own:
[a cell](../tutorial/3-a-cell.md) says how.

In drawings hexagons are parameters, and rounded boxes states, inputs and outputs. Bold names can be watched. A number
at an edge says which of several parts goes along it. Where a cell has options, its tables and its drawing are those
of the defaults.`;

/** The text of the page. */
export function cells(): string {
  const made = filesOfCells();
  const grouped = groups.flatMap(([, members]) => members.map(({ name }) => name));
  const wrong = grouped.filter((name, i) => !made.has(name) || grouped.indexOf(name) !== i);
  if (wrong.length > 0) throw new Error(`cells: not there, or in two groups: ${wrong.join(", ")}.`);
  const makers = new Map<string, unknown>(Object.entries(layers));
  const others = [...made.keys()]
    .filter((name) => !grouped.includes(name))
    .map((name) => plain(name, makers.get(name)));
  const all = others.length > 0 ? [...groups, ["Others", others] as const] : groups;
  const contents = all.map(
    ([title, members]) => `| ${title} | ${members.map(({ name }) => link(name)).join(" ")} |`,
  );
  const described = new Set<string>();
  const sections = all.map(([title, members]) => {
    const entries = members.map((one) => describe(one, made.get(one.name)!, described));
    return `## ${title}\n\n${entries.join("\n\n")}`;
  });
  return `${[introduction, ["| | |", "| --- | --- |", ...contents].join("\n"), ...sections].join("\n\n")}\n`;
}

/** The file of every cell that users can import. */
function filesOfCells(): ReadonlyMap<string, string> {
  const made = files().flatMap((file) =>
    [...read(file).matchAll(/^export (?:function|const) (\w+)/gm)]
      .filter(([, name]) => name! in layers)
      .map(([, name]) => [name!, file] as const),
  );
  return new Map(made);
}

const files = (): readonly string[] =>
  readdirSync(join(root, sources)).filter((file) => !file.endsWith(".test.ts"));

const read = (file: string): string => readFileSync(join(root, sources, file), "utf8");

/** Options stand with the first cell of their file. */
function describe(one: Shown, file: string, described: Set<string>): string {
  const entry = entryOf(one.name, `${sources}/${file}`);
  const options = described.has(file) ? "" : optionsOf(read(file));
  described.add(file);
  const small = Object.fromEntries(Object.keys(one.sizes).map((letter) => [letter, drawnSizes[letter] ?? 2]));
  const batch = 2;
  const inputs = Object.entries(one.inputs(small)).map(([name, shape]) => [name, [batch, ...shape]]);
  const typeName = one.name[0]!.toUpperCase() + one.name.slice(1);
  const declared = (kind: "Params" | "State"): string =>
    meaningOf(typeName + kind) ?? meaningOf(new RegExp(`(\\w+${kind})\\b`).exec(entry.signature)![1]!)!;
  return [
    section({ ...entry, meaning: withEquations(entry.meaning) }),
    `Parameters: ${declared("Params")}`,
    parameterTable(one),
    `State: ${declared("State")}`,
    stateTable(one),
    ...(options === "" ? [] : [options]),
    drawingOf(stepGraph({ cell: one.make(small), inputs: Object.fromEntries(inputs), batch })),
  ].join("\n\n");
}

/** Boxes of a drawing that can still be read when it is as wide as a page. */
const readable = 100;

const drawingOf = ({ mermaid, size }: StepGraph): string =>
  size <= readable
    ? `\`\`\`mermaid\n${mermaid}\n\`\`\``
    : `The drawing of a step has ${size} boxes, too many for this page. [Seeing inside](../seeing-inside.md) says how to\n` +
      "make one that can be moved, folded and searched.";

/** Blocks without statements are equations, and not in TypeScript. */
const withEquations = (meaning: string): string =>
  meaning.replaceAll(/```typescript\n([^]*?)\n```/g, (block, inside: string) =>
    /;( \/\/.*)?$/m.test(inside) ? block : `\`\`\`text\n${inside}\n\`\`\``,
  );

/** What is written above an interface, which any file of a cell may declare. */
function meaningOf(type: string): string | undefined {
  for (const file of files()) {
    const found = new RegExp(`/\\*\\*((?:[^*]|\\*(?!/))*)\\*/\\nexport interface ${type}\\b`).exec(
      read(file),
    );
    if (found) return found[1]!.replaceAll(/\s+\*? ?/g, " ").trim();
  }
  return undefined;
}

/** Sizes that a drawing has to have; all others are 2. */
const drawnSizes: Sizes = { H: 4, N: 3, S: 1, k: 3, q: 3 };

/** What a cell is told and what it is given, as it stands in the sources. */
function optionsOf(text: string): string {
  const docstring = String.raw`/\*\*(?:[^*]|\*(?!/))*\*/\n`;
  const declaration = String.raw`export (?:interface \w+(?:Options|Input|NormLstm) [^]*?\n\}|type \w+Variant [^;]*;)\n`;
  const declarations = [...text.matchAll(new RegExp(docstring + declaration, "g"))];
  return declarations
    .map(([one]) => `\`\`\`typescript\n${one.replace("export ", "").trimEnd()}\n\`\`\``)
    .join("\n\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(root, page), cells());
