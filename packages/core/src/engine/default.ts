import type { Engine } from "./engine.ts";
import { reference } from "./reference/index.ts";
import { hasVectors } from "./wasm/features.ts";
import { wasm } from "./wasm/index.ts";

let engine: Engine | undefined;

/**
 * The engine of everybody who names none: one per realm, made when it is first needed. It compiles to WebAssembly; a
 * host without vectors gets the reference engine, which is slow and right.
 */
export const defaultEngine = (): Engine => (engine ??= hasVectors() ? wasm() : reference());
