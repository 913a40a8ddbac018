import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { missing } from "../test/toolchain.ts";

const index = new URL("./index.ts", import.meta.url).href;

/** What a process says that asks for engines twice. */
function said(env: Readonly<Record<string, string>>): { readonly stdout: string; readonly stderr: string } {
  const program = `import { auto } from ${JSON.stringify(index)}; console.log(auto().name, auto().name);`;
  return spawnSync(process.execPath, ["--conditions=development", "--input-type=module", "--eval", program], {
    encoding: "utf8",
    env: { ...process.env, ...env },
    cwd: fileURLToPath(new URL(".", import.meta.url)),
  });
}

test.skipIf(missing() !== undefined)("the native engine is preferred, and it is said once", () => {
  expect(said({})).toMatchObject({ stdout: "native native\n", stderr: "auto: the engine is native.\n" });
});

test("without a compiler it is WebAssembly, and it is said why", () => {
  const { stdout, stderr } = said({ CC: "/no/compiler" });
  expect(stdout).toBe("wasm wasm\n");
  expect(stderr).toMatch(/^native: .*\nauto: the engine is wasm\.\n$/);
});
