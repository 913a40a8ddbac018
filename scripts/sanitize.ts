/**
 * Runs tests of the native engine with its C code watched by AddressSanitizer and UndefinedBehaviorSanitizer: every
 * address that it touches, and everything that C leaves undefined. The words are those of vitest; without any, the
 * kernels and the engine's own tests run, and with `--all` the engine suite as well.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const compiler = process.env["CC"] || "gcc";

const projects = ["--project", "unit", "--project", "property"];

/** Milliseconds for a test: compiling for sanitizers takes some times as long, and a machine may be busy. */
const timeout = "600000";

/** Where the compiler has a library of a sanitizer; undefined if it has none. */
function libraryOf(name: string): string | undefined {
  const { status, stdout } = spawnSync(compiler, [`-print-file-name=${name}`], { encoding: "utf8" });
  const path = stdout?.trim();
  return status === 0 && path.includes("/") ? path : undefined;
}

function sanitize(words: readonly string[]): number {
  const libraries = ["libasan.so", "libubsan.so"].map(libraryOf);
  if (libraries.includes(undefined)) {
    console.log(`sanitize: ${compiler} has no sanitizers here; nothing is tested.`);
    return 0;
  }
  const cache = mkdtempSync(join(tmpdir(), "unroll-sanitize-"));
  const isAll = words[0] === "--all";
  const asked = words.length > 0 && !isAll ? words : ["packages/native/src", "packages/native/test/kernels"];
  const files = isAll ? ["packages/native"] : asked;
  const env = {
    ...process.env,
    CC: compiler,
    UNROLL_NATIVE_SANITIZE: "address,undefined",
    UNROLL_CACHE: cache,
    UNROLL_RUNS: process.env["UNROLL_RUNS"] ?? "3",
    // Node itself is not compiled for them, so that what it never frees is no news, and its own signals are its own.
    LD_PRELOAD: libraries.join(" "),
    ASAN_OPTIONS: "detect_leaks=0:abort_on_error=0:handle_segv=0:allow_user_segv_handler=1",
    UBSAN_OPTIONS: "print_stacktrace=1",
  };
  try {
    const { status } = spawnSync(
      process.execPath,
      ["node_modules/vitest/vitest.mjs", "run", ...projects, "--testTimeout", timeout, ...files],
      { stdio: "inherit", env },
    );
    return status ?? 1;
  } finally {
    rmSync(cache, { recursive: true });
  }
}

process.exitCode = sanitize(process.argv.slice(2));
