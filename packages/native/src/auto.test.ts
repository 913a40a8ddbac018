import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { missing } from "../test/toolchain.ts";

const here = (path: string): URL => new URL(path, import.meta.url);

/** What a process says that asks for engines twice. */
function said(
  env: Readonly<Record<string, string>>,
  index: string = here("./index.ts").href,
): { readonly stdout: string; readonly stderr: string } {
  const program = `import { auto } from ${JSON.stringify(index)}; console.log(auto().name, auto().name);`;
  return spawnSync(process.execPath, ["--conditions=development", "--input-type=module", "--eval", program], {
    encoding: "utf8",
    env: { ...process.env, ...env },
    cwd: fileURLToPath(here(".")),
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

test("where no command is a compiler, all that were tried are named; an empty CC names none", () => {
  const { stdout, stderr } = said({ CC: "", PATH: "/no/commands" });
  expect(stdout).toBe("wasm wasm\n");
  expect(stderr).toBe(
    "native: there is no C compiler: cc, gcc, clang do not run.\nauto: the engine is wasm.\n",
  );
});

test("without koffi it is WebAssembly, and it is said why", () => {
  const folder = mkdtempSync(join(tmpdir(), "unroll-test-"));
  try {
    // The same package, beside core alone.
    cpSync(here("."), join(folder, "src"), { recursive: true });
    mkdirSync(join(folder, "node_modules", "@unroll"), { recursive: true });
    symlinkSync(fileURLToPath(here("../../core")), join(folder, "node_modules", "@unroll", "core"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const { stdout, stderr } = said({ NODE_PATH: "" }, pathToFileURL(join(folder, "src", "index.ts")).href);
    expect(stdout).toBe("wasm wasm\n");
    expect(stderr).toBe(
      "native: koffi can't be loaded: Cannot find module 'koffi'.\nauto: the engine is wasm.\n",
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
