/**
 * Writes what pages print into their output blocks, to be looked at and committed:
 *
 *     node --conditions=development scripts/write-pages.ts docs/tutorial/*.md
 */
import { writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { readPage, root, runPage } from "./pages.ts";

for (const argument of process.argv.slice(2)) {
  const page = readPage(relative(root, resolve(argument)));
  const printed = await runPage(page);
  const lines = page.text.split("\n");
  // From the end, so that the lines of blocks before stay where they are.
  page.outputs
    .map((block, i) => ({ ...block, printed: printed[i]! }))
    .filter(({ text }) => !text.split("\n").includes("[...]"))
    .toReversed()
    .forEach((block) =>
      lines.splice(block.line, lines.indexOf("```", block.line) - block.line, block.printed),
    );
  writeFileSync(join(root, page.file), lines.join("\n"));
  const rest = printed.at(-1)!;
  if (rest) console.log(`${page.file} prints what it does not show:\n${rest}`);
}
