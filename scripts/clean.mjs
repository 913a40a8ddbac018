// Deletes what the build wrote. The state of `tsc -b` goes with it, or tsc would believe that its output is still
// there.
import { readdirSync, rmSync } from "node:fs";

const root = new URL("..", import.meta.url);
for (const name of readdirSync(new URL("packages/", root))) {
  rmSync(new URL(`packages/${name}/dist`, root), { recursive: true, force: true });
}
rmSync(new URL("node_modules/.cache/tsc", root), { recursive: true, force: true });
