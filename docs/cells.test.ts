/** docs/reference/cells.md is what the cells are. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { cells, page } from "../scripts/cells.ts";

const text = cells();

test("the page is up to date: run node --conditions=development scripts/cells.ts", () => {
  const file = fileURLToPath(new URL(`../${page}`, import.meta.url));
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("every cell has its equations, shapes and source, and a drawing with all parameters if one can read it", () => {
  const undrawn: (string | undefined)[] = [];
  const sections = text.split(/^### /m).slice(1);
  expect(sections.length).toBeGreaterThan(20);
  for (const section of sections) {
    const [name] = section.split("\n");
    expect(section, name).toMatch(/^```text\n[^]*= [^]*```$/m);
    for (const part of ["- *Shapes*: ", "- *Throws*: ", "- *Source*: "])
      expect(section, name).toContain(part);
    const table = section.slice(section.indexOf("| parameter |"), section.indexOf("| state |"));
    const parameters = [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, path]) => path!);
    if (/^The drawing of a step has \d{3} boxes/m.test(section)) {
      undrawn.push(name);
      continue;
    }
    const drawn = [...section.matchAll(/^ {2}(p\d+)\{\{"([^"]+)"\}\}/gm)];
    expect(
      drawn.map(([, , path]) => path),
      name,
    ).toEqual(parameters);
    for (const [, id] of drawn) expect(section, name).toMatch(new RegExp(`^ {2}${id} -->`, "m"));
  }
  expect(undrawn).toEqual(["ntm"]);
});
