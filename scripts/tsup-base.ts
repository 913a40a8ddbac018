import { defineConfig } from "tsup";

/** The JavaScript of a package: one file per entry, shared parts in chunks. The declarations are written by tsc. */
export const esm = (entry: string[]): ReturnType<typeof defineConfig> =>
  defineConfig({
    entry,
    format: "esm",
    target: "es2024",
    sourcemap: true,
    treeshake: true,
    dts: false,
    // tsup would write "fs" for "node:fs".
    removeNodeProtocol: false,
    // tsup would delete the declarations that stand in the same folder.
    clean: false,
  });
