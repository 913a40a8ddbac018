import { WasmEngine } from "../src/engine/wasm/engine.ts";
import { keepsOrder } from "../src/engine/wasm/features.ts";

/**
 * The WebAssembly engine with as many threads as are named, whatever a program would gain from them, from its first run
 * on: `wasm` leaves small programs to one thread, and the first runs of all. A run waits so many milliseconds for the
 * workers, since a machine may be busy.
 */
export const threaded = (threads: number, relaxed = false, patience = 20_000): WasmEngine => {
  const target = { relaxed, keepsOrder: keepsOrder() };
  if (threads === 1) return new WasmEngine({ target });
  return new WasmEngine({
    target,
    threads: { threads, barrier: 0, start: -Infinity, smallest: 2 },
    patience,
  });
};
