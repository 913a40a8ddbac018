/**
 * Trains one network with every optimiser and writes what came of it to docs/optimisers.md and docs/optimisers.svg.
 *
 *     node --conditions=development scripts/optimisers.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultsTable } from "../packages/optim/test/defaults.ts";
import { curvesSvg, type Curve } from "./curves.ts";
import { trainAll, type Trained } from "./train-optimisers.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = join(root, "docs/optimisers.md");

const groups: readonly string[] = ["descent", "scaled by past gradients", "Adam and after", "whole vector"];

function resultsTable(results: readonly Trained[]): string {
  const rows = results.map(
    ({ name, setting, losses, evaluations }) =>
      `| ${name} | ${setting} | ${Math.min(...losses).toExponential(1)} | ${evaluations} |`,
  );
  return ["| method | rate | lowest loss | evaluations |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function replaced(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`${page} has no place for ${name}.`);
  return `${text.slice(0, start + open.length)}\n${content}\n${text.slice(end)}`;
}

const recorded = JSON.parse(readFileSync(join(root, "packages/optim/test/pytorch.json"), "utf8")) as {
  readonly defaults: Parameters<typeof defaultsTable>[0];
};
const results = trainAll((name, best) => console.log(name.padEnd(36), best.toExponential(2)));
const panels = groups.map((title) => ({
  title,
  curves: results.filter(({ group }) => group === title).map(({ name, losses }): Curve => ({ name, losses })),
}));
writeFileSync(join(root, "docs/optimisers.svg"), curvesSvg(panels));
let text = readFileSync(page, "utf8");
text = replaced(text, "results", resultsTable(results));
text = replaced(text, "defaults", defaultsTable(recorded.defaults));
writeFileSync(page, text);
