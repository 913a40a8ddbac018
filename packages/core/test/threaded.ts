import { WasmEngine } from "../src/engine/wasm/engine.ts";
import { keepsOrder } from "../src/engine/wasm/features.ts";

/** Milliseconds that a run waits for workers: a machine may be busy. */
const patience = 20_000;

/**
 * The WebAssembly engine with as many threads as are named, whatever a program would gain from them, from its first run
 * on: `wasm` leaves small programs to one thread, and the first runs of all.
 */
export const threaded = (threads: number, relaxed = false): WasmEngine => {
  const target = { relaxed, keepsOrder: keepsOrder() };
  if (threads === 1) return new WasmEngine({ target });
  return new WasmEngine({
    target,
    threads: { threads, barrier: 0, start: -Infinity, smallest: 2 },
    patience,
  });
};
