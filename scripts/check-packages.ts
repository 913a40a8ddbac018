/**
 * Packs every package as it would be published and looks at the result from outside: publint and attw for the
 * manifest and the types, then Node and tsc as a user of the packed files.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

type Manifest = {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
};

const root = fileURLToPath(new URL("..", import.meta.url));
const cache = join(root, "node_modules/.cache");
mkdirSync(cache, { recursive: true });
// Inside the repository, so that fast-check and vitest are found as a user's own would be.
const user = mkdtempSync(join(cache, "packed-"));

try {
  const manifests = readdirSync(join(root, "packages"))
    .filter((name) => existsSync(join(root, "packages", name, "package.json")))
    .map((name) => install(join(root, "packages", name)));
  use(manifests.flatMap(({ name, exports }) => Object.keys(exports).map((path) => name + path.slice(1))));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(user, { recursive: true });
}

/** Packs a package, checks the archive, and unpacks it where an installation would put it. */
function install(folder: string): Manifest {
  if (!existsSync(join(folder, "dist"))) throw new Error(`${folder} is not built. Run pnpm build first.`);
  run("pnpm", ["pack", "--pack-destination", user], folder);
  const archive = join(
    user,
    readdirSync(user).find((name) => name.endsWith(".tgz"))!,
  );
  run("pnpm", ["exec", "publint", "run", archive, "--strict"]);
  // A package that brings its types needs no look at @types, which would be a call to the network.
  run("pnpm", ["exec", "attw", archive, "--profile", "esm-only", "--no-definitely-typed"]);

  const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const place = join(user, "node_modules", name);
  mkdirSync(place, { recursive: true });
  run("tar", ["-xf", archive, "--strip-components=1", "-C", place]);
  rmSync(archive);

  const manifest = readFileSync(join(place, "package.json"), "utf8");
  const word = ['"development"', '"workspace:', '"catalog:'].find((one) => manifest.includes(one));
  if (word) throw new Error(`${name}: the packed package.json still says ${word}.`);
  const files = readdirSync(place, { recursive: true, encoding: "utf8" });
  const stray = files.find((file) => /\.test(-d)?\.ts$|\.tsbuildinfo$/.test(file));
  if (stray) throw new Error(`${name}: ${stray} is packed and should not be.`);
  if (!files.includes("LICENSE")) throw new Error(`${name}: the licence is not packed.`);
  console.log(`${name}: publint and attw agree`);
  const packed = JSON.parse(manifest) as Manifest;
  linkDependencies(packed, folder);
  return packed;
}

/** What an installation would bring beside the package: from the workspace, where it has been installed already. */
function linkDependencies({ dependencies = {} }: Manifest, folder: string): void {
  for (const name of Object.keys(dependencies)) {
    const place = join(user, "node_modules", name);
    if (name.startsWith("@unroll/") || existsSync(place)) continue;
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(realpathSync(join(folder, "node_modules", name)), place, "junction");
  }
}

/** Imports every entry, first in Node and then in the eyes of the compiler. */
function use(entries: readonly string[]): void {
  // Matchers can only be installed while vitest runs.
  const runnable = entries.filter((entry) => !entry.endsWith("/vitest"));
  writeFileSync(join(user, "main.mjs"), runnable.map((entry) => `await import("${entry}");\n`).join(""));
  run(process.execPath, ["main.mjs"], user);

  writeFileSync(
    join(user, "main.ts"),
    entries.map((entry, i) => `export * as e${i} from "${entry}";\n`).join(""),
  );
  const options = {
    module: "NodeNext",
    target: "ES2024",
    lib: ["ES2024", "DOM"],
    types: ["node"],
    strict: true,
    noEmit: true,
  };
  writeFileSync(
    join(user, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, files: ["main.ts"] }),
  );
  run("pnpm", ["exec", "tsc", "-p", join(user, "tsconfig.json")]);
  console.log(`Node imports ${runnable.length} entries of the packed files, tsc ${entries.length}`);
}

function run(command: string, args: readonly string[], cwd: string = root): void {
  // On Windows pnpm is a .cmd file.
  const result = spawnSync(command, args, { cwd, encoding: "utf8", shell: process.platform === "win32" });
  if (result.status === 0) return;
  const output = [result.error?.message, result.stdout, result.stderr].filter(Boolean).join("\n");
  throw new Error(`${command} ${args.join(" ")} failed:\n${output}`);
}
