import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { missing } from "./toolchain.ts";

vi.setConfig({ testTimeout: 120_000 });

const processes = 3;

/** Says that it is there, waits to be told to begin, and says what two programs of two threads compute. */
const program = `
import { once } from "node:events";
import { compile, matmul, sum, tensor } from "@unroll/core";
import { native } from "@unroll/native";
console.log("there");
await once(process.stdin, "data");
const engine = native({ threads: 2 });
const x = tensor([[1, 2], [3, 4]]);
const results = [matmul, (a, b) => sum(matmul(b, a))].map((f) => [...compile(f, { engine })(x, x).data]);
console.log(JSON.stringify(results));
process.exit();
`;

/** The library of the threads, and one for each program. */
const libraries = 3;

const why = missing();

test.skipIf(why !== undefined)(
  `processes that compile the same at once leave one library of each program${why ? `, skipped: ${why}` : ""}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "unroll-test-"));
    const cache = join(folder, "cache");
    const warnings: string[] = [];
    const children = Array.from({ length: processes }, () => {
      const child = spawn(
        process.execPath,
        ["--conditions=development", "--input-type=module", "--eval", program],
        {
          cwd: fileURLToPath(new URL(".", import.meta.url)),
          env: { ...process.env, UNROLL_CACHE: cache },
          stdio: "pipe",
        },
      );
      // Warnings: that a folder can't be used, that a library had to be made anew.
      child.stderr.on("data", (chunk: Buffer) => warnings.push(String(chunk)));
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      return { child, next: async () => (await lines.next()).value as string };
    });
    try {
      expect(await Promise.all(children.map(({ next }) => next()))).toEqual(Array(processes).fill("there"));
      for (const { child } of children) child.stdin.write("begin\n");
      const said = await Promise.all(children.map(({ next }) => next()));
      expect(said).toEqual(Array(processes).fill("[[7,10,15,22],[54]]"));
      expect(warnings).toEqual([]);
      expect(statSync(cache).mode & 0o777).toBe(0o700);
      const names = readdirSync(cache);
      expect(names.filter((name) => !name.endsWith(".so"))).toEqual([]);
      expect(new Set(names.map((name) => name.split("-")[0])).size).toBe(libraries);
      expect(names).toHaveLength(libraries);
    } finally {
      for (const { child } of children) child.kill();
      rmSync(folder, { recursive: true });
    }
  },
);
