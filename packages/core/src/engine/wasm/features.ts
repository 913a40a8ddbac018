import type { Code } from "./encode/code.ts";
import { ModuleBuilder } from "./encode/module.ts";
import * as f32x4 from "./encode/opcodes/f32x4.ts";
import * as v128 from "./encode/opcodes/v128.ts";

const zero: Code = v128.const(new Uint8Array(16));

const validates = (code: Code): boolean => {
  const module = new ModuleBuilder({ pages: 1 });
  module.function([], ["v128"], (f) => f.do(code));
  return WebAssembly.validate(module.encode());
};

/** Whether the host's WebAssembly has vectors. */
export const hasVectors = (): boolean => typeof WebAssembly !== "undefined" && validates(zero);

/** Whether it can multiply and add in one instruction. */
export const hasRelaxed = (): boolean => validates(f32x4.relaxed_madd(zero, zero, zero));

/**
 * Whether the host's compiler leaves the instructions of a loop in their order.
 *
 * V8 12.4 (Node 22) moves all loads of a loop's body before its sums, so all of what is loaded is in registers at once;
 * a tile of 6 by 8 then reaches 45 % of the peak, and 99 % from V8 13.6 (Node 24) on. Versions are told apart by
 * memories of 64 bits, which came in 13.3.
 */
export const keepsOrder = (): boolean =>
  WebAssembly.validate(new ModuleBuilder({ pages: 1, is64: true }).encode());

/** How many threads the host can run at once. */
export const cores = (): number => (typeof navigator === "undefined" ? 1 : navigator.hardwareConcurrency);
