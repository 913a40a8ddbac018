import * as f32x4 from "./opcodes/f32x4.ts";
import * as v128 from "./opcodes/v128.ts";
import { ModuleBuilder } from "./module.ts";
import type { Code } from "./code.ts";

const zero: Code = v128.const(new Uint8Array(16));

const validates = (code: Code): boolean => {
  const module = new ModuleBuilder({ pages: 1 });
  module.function([], ["v128"], (f) => f.do(code));
  return WebAssembly.validate(module.encode());
};

/** What the host's WebAssembly can do. */
export const hasVectors = (): boolean => typeof WebAssembly !== "undefined" && validates(zero);

/** Multiply and add in one instruction. */
export const hasRelaxed = (): boolean => validates(f32x4.relaxed_madd(zero, zero, zero));
