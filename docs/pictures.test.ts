/** The pictures of docs/seeing-inside.md that come out the same everywhere are what is drawn today. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { graphs, measurements } from "../scripts/pictures.ts";

const text = readFileSync(new URL("seeing-inside.md", import.meta.url), "utf8");
const committed = (name: string): string =>
  readFileSync(new URL(`pictures/${name}.svg`, import.meta.url), "utf8");

test.each(Object.keys(graphs))("%s", (name) => {
  expect(`${graphs[name]!().trimEnd()}\n`).toBe(committed(name));
});

test("the page shows all pictures, and no others", () => {
  const shown = [...text.matchAll(/\]\(pictures\/([\w-]+)\.svg\)/g)].map(([, name]) => name!);
  expect(shown.sort()).toEqual([...Object.keys(graphs), ...Object.keys(measurements)].sort());
  for (const name of Object.keys(measurements)) expect(committed(name)).toMatch(/^<svg [^]*<\/svg>\n$/);
});
