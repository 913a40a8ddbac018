// The WebAssembly engine by itself, with its options. `compile` and `stateful` use it when no engine is named.
export { wasm, type WasmOptions } from "./engine/wasm/index.ts";
