import { NativeEngine } from "../src/engine.ts";
import { findCompiler } from "../src/toolchain/compiler.ts";

/** What is asked of the engine besides threads. */
interface Asked {
  readonly compiler?: string;
  readonly fused?: boolean;
}

/** The native engine with so many threads for every program, whatever it would gain: `native` leaves small ones to one. */
export function threaded(threads: number, { compiler: command, fused }: Asked = {}): NativeEngine {
  const compiler = findCompiler(command);
  return new NativeEngine({
    compiler,
    fused: fused ?? compiler.canFuse,
    threads: { threads, barrier: 0, start: -Infinity, smallest: 2 },
    cache: undefined,
  });
}
