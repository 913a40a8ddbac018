import { UnsupportedError, type Engine } from "@unroll/core";
import { NativeEngine } from "./engine.ts";
import { findCompiler } from "./toolchain/compiler.ts";
import { checkForeign } from "./toolchain/foreign.ts";

export interface NativeOptions {
  /** How many threads a program may use, the calling one among them. Default: 1. */
  readonly threads?: number;
  /**
   * Whether a multiply-add may round once, which is faster. Results then depend on the processor. Default: if the
   * processor can.
   */
  readonly relaxed?: boolean;
  /**
   * The command of the C compiler, with words if need be: `"gcc -march=haswell"`. Default: what `CC` says, or the first
   * of cc, gcc and clang that runs.
   */
  readonly compiler?: string;
  /**
   * The folder in which compiled programs are kept, or `false` for none. Default: what `UNROLL_CACHE` says, or the
   * user's folder for such things; see `docs/native.md`.
   */
  readonly cache?: string | false;
}

/**
 * What threads cost, in cycles of a processor with vectors of four elements, which is how effort is counted: barriers
 * of threads that are awake, with what shares are uneven by, and waking up those that sleep.
 */
const costs = { barrier: 6_000, start: 500_000, smallest: 16 };

/**
 * The engine that prints programs as C, has the system's compiler compile them for this processor, and loads them.
 *
 * With `relaxed: false` contractions and elementwise results have the bits of the reference engine's arithmetic, up to
 * the functions that are expanded. Results do not depend on the number of threads. Programs that are planned with
 * checks run on the reference engine, which is slow.
 *
 * Throws: UnsupportedError when there is no compiler, when koffi can't be loaded, or on Windows.
 */
export function native(options: NativeOptions = {}): Engine {
  const { threads = 1, relaxed } = options;
  if (!Number.isInteger(threads) || threads < 1)
    throw new UnsupportedError(`native: ${threads} is no number of threads.`, "Ask for one or more.");
  if (process.platform === "win32")
    throw new UnsupportedError("native: Windows is not supported.", "Use the WebAssembly engine.");
  checkForeign();
  const compiler = findCompiler(options.compiler);
  if (relaxed === true && !compiler.canFuse)
    throw new UnsupportedError(
      "native: this processor has no multiply-add that rounds once.",
      "Leave `relaxed` out, and it is used where there is one.",
    );
  const fused = relaxed ?? compiler.canFuse;
  return new NativeEngine({ compiler, fused, threads: { threads, ...costs }, cache: options.cache });
}
