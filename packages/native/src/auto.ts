import { reference, UnsupportedError, type Engine } from "@unroll/core";
import { wasm } from "@unroll/core/wasm";
import { native, type NativeOptions } from "./native.ts";

let told = false;

/**
 * The fastest engine that this system has: native, where there are a C compiler and koffi, else WebAssembly, else the
 * reference engine. The first call in a process says on the console which it is, and why not a faster one.
 */
export function auto(options: NativeOptions = {}): Engine {
  const reasons: string[] = [];
  for (const make of [() => native(options), () => wasm()]) {
    try {
      return tell(make(), reasons);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      reasons.push(error.message.split("\n")[0]!);
    }
  }
  return tell(reference(), reasons);
}

function tell(engine: Engine, reasons: readonly string[]): Engine {
  if (!told) console.error([...reasons, `auto: the engine is ${engine.name}.`].join("\n"));
  told = true;
  return engine;
}
