import type { ThreadCosts } from "@unroll/core/engine";
import { NativeEngine } from "../src/engine.ts";
import { findCompiler } from "../src/toolchain/compiler.ts";

/** With these costs every program is shared out, whatever it gains; `native` leaves small ones to one thread. */
export const freely = (threads: number): ThreadCosts => ({
  threads,
  barrier: 0,
  start: -Infinity,
  smallest: 2,
});

/** The native engine with so many threads for every program. */
export function threaded(threads: number, command?: string): NativeEngine {
  const compiler = findCompiler(command);
  return new NativeEngine({ compiler, fused: compiler.canFuse, threads: freely(threads), cache: undefined });
}
