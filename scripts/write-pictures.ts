/** Draws the pictures of docs/seeing-inside.md anew: node --conditions=development scripts/write-pictures.ts */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { graphs, measurements } from "./pictures.ts";

const folder = fileURLToPath(new URL("../docs/pictures", import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, picture] of Object.entries({ ...graphs, ...measurements }))
  writeFileSync(`${folder}/${name}.svg`, `${picture().trimEnd()}\n`);
