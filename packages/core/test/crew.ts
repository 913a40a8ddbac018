import type { Callee } from "../src/engine/wasm/encode/code.ts";
import type { FunctionBuilder } from "../src/engine/wasm/encode/function.ts";
import { ModuleBuilder } from "../src/engine/wasm/encode/module.ts";
import { shareName } from "../src/engine/wasm/driver.ts";
import { sharedMemory } from "../src/engine/wasm/memory/memory.ts";
import { barrierFunction, maySleepName } from "../src/engine/wasm/threads/barrier.ts";
import { Crew, maySleep, type CrewProgram } from "../src/engine/wasm/threads/crew.ts";

/** A crew, and a program in which every thread runs what is written for it; all have a word of memory, which is 0. */
export function crewOf(
  threads: number,
  write: (f: FunctionBuilder, thread: number, barrier: Callee, word: number) => void,
  patience: number | undefined = 20_000,
): { readonly crew: Crew; readonly program: CrewProgram; readonly read: () => number } {
  const memory = sharedMemory()!;
  const crew = new Crew(memory, threads, patience);
  const word = memory.allocate(64);
  memory.array("i32", word, 16).fill(0);
  const builder = new ModuleBuilder({ ...memory.type, pages: 1 });
  const barrier = barrierFunction(builder, crew.control, threads);
  builder.export("barrier", barrier);
  for (let thread = 0; thread < threads; thread++) {
    const share = builder.function([], [], (f) => write(f, thread, barrier, word));
    builder.export(shareName(thread), share);
  }
  const module = new WebAssembly.Module(builder.encode());
  const unroll = { memory: memory.memory, [maySleepName]: Number(maySleep()) };
  const exports = new WebAssembly.Instance(module, { unroll }).exports as Record<string, () => number>;
  const program = crew.add(module, { share: exports[shareName(0)]!, barrier: exports.barrier! });
  return { crew, program, read: () => memory.array("i32", word, 1)[0]! };
}
