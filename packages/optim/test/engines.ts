import { reference, type Engine } from "@unroll/core";
import { wasm } from "@unroll/core/wasm";

/** The engines that must agree on every optimiser; the first is the oracle. */
export const engines: readonly (readonly [name: string, make: () => Engine])[] = [
  ["reference", reference],
  ["WebAssembly", () => wasm()],
];
