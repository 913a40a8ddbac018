import { spawnSync } from "node:child_process";
import { expect, test, vi } from "vitest";

// Processes take a while to start on a machine that is busy.
vi.setConfig({ testTimeout: 60_000 });

const source = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/** A program that multiplies matrices on two threads, then does something else, as a process of its own. */
function process(then: string, ...flags: readonly string[]) {
  const program = `
    import { compile, matmul, tensor } from ${source("../../../index.ts")};
    import { threaded } from ${source("../../../../test/threaded.ts")};
    const workers = () => globalThis.process.report.getReport().workers.length;
    const x = tensor(Float32Array.from({ length: 1024 }, (_, i) => i % 7), { shape: [32, 32] });
    const engine = threaded(2);
    const f = compile((a, b) => matmul(a, b), { engine });
    console.log(f(x, x).data.reduce((sum, n) => sum + n, 0), workers());
    ${then}`;
  const words = ["--conditions=development", ...flags, "--input-type=module", "--eval", program];
  return spawnSync(globalThis.process.execPath, words, { encoding: "utf8", timeout: 50_000 });
}

/** The sum of all elements of x x, by its definition. */
function expected(): number {
  const x = (row: number, column: number): number => (32 * row + column) % 7;
  let sum = 0;
  for (let i = 0; i < 32; i++)
    for (let j = 0; j < 32; j++) for (let k = 0; k < 32; k++) sum += x(i, k) * x(k, j);
  return sum;
}

test("a process that forgets its engine ends all the same", () => {
  const { status, signal, stdout, stderr } = process("");
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
  expect(stdout).toBe(`${expected()} 1\n`);
});

test("an engine that is disposed of ends its workers", () => {
  const { stdout, stderr } = process(`
    engine.dispose();
    while (workers() > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    console.log("ended");`);
  expect(stderr).toBe("");
  expect(stdout).toBe(`${expected()} 1\nended\n`);
});

test("where workers are forbidden there is one thread", () => {
  const { status, stdout, stderr } = process("", "--permission", "--allow-fs-read=*");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toBe(`${expected()} 0\n`);
});
