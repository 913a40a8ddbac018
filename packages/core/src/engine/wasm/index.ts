import { UnsupportedError } from "../../tensor/error.ts";
import type { Engine } from "../engine.ts";
import { WasmEngine } from "./engine.ts";
import { cores, hasRelaxed, hasVectors, keepsOrder } from "./features.ts";

export interface WasmOptions {
  /**
   * Whether a multiply-add may round once, which is faster. Results then depend on the host. Default: if the host can.
   */
  readonly relaxed?: boolean;
  /**
   * How many threads may share a program, the calling one included. Default: as many as there are cores, four at most.
   *
   * Results do not depend on it, to the bit. Programs that are too small to gain from it run on one thread, and so do
   * all of them until the workers have started, where workers are forbidden, and where there is no `SharedArrayBuffer`:
   * a page has one only if it is cross-origin isolated.
   */
  readonly threads?: number;
}

/**
 * What threads cost, in cycles of 0.3 ns. Threads that are awake take 0.1 to 0.4 us for a barrier, and workers that
 * sleep 50 to 90 us to come; a barrier also costs what shares are uneven by.
 */
const costs = { barrier: 2_000, start: 300_000, smallest: 16 };
const mostByDefault = 4;

/**
 * The engine that compiles programs to WebAssembly with vectors of 128 bits.
 *
 * With `relaxed: false` results are the same to the bit on every host. Programs that are planned with checks run on the
 * reference engine, which is slow.
 *
 * Throws: UnsupportedError when the host has no WebAssembly with vectors.
 */
export function wasm(options: WasmOptions = {}): Engine {
  if (!hasVectors())
    throw new UnsupportedError(
      "wasm: this host has no WebAssembly with 128-bit vectors.",
      "Use the reference engine: compile(f, { engine: reference() }).",
    );
  const relaxed = options.relaxed ?? hasRelaxed();
  if (relaxed && !hasRelaxed())
    throw new UnsupportedError(
      "wasm: this host has no relaxed multiply-add.",
      "Leave `relaxed` out, and it is used where there is one.",
    );
  const threads = options.threads ?? Math.min(cores(), mostByDefault);
  if (!Number.isInteger(threads) || threads < 1)
    throw new UnsupportedError(
      `wasm: there can't be ${threads} threads.`,
      "`threads` is a whole number, at least 1.",
    );
  const target = { relaxed, keepsOrder: keepsOrder() };
  return new WasmEngine(threads > 1 ? { target, threads: { threads, ...costs } } : { target });
}
