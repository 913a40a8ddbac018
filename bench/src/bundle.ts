import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

export interface Bundle {
  readonly file: string;
  remove(): void;
}

/**
 * A program as the JavaScript that its users would run, our packages included. Stripping the types at every
 * start would cost a process a quarter of a second and 40 MiB, which nobody who installs the packages pays.
 */
export async function bundle(entry: URL, folder: URL, external: readonly string[] = []): Promise<Bundle> {
  mkdirSync(folder, { recursive: true });
  // Of its own, since two benchmarks may run at the same time.
  const outDir = mkdtempSync(fileURLToPath(new URL("bundle-", folder)));
  await build({
    entry: { program: fileURLToPath(entry) },
    outDir,
    format: "esm",
    target: "es2024",
    dts: false,
    config: false,
    silent: true,
    removeNodeProtocol: false,
    noExternal: [/^@unroll\//],
    external: [...external],
    esbuildOptions: (options) => {
      options.conditions = ["development"];
    },
  });
  return { file: join(outDir, "program.js"), remove: () => rmSync(outDir, { recursive: true, force: true }) };
}
