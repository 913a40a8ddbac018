import type { Engine } from "./engine.ts";
import { reference } from "./reference/index.ts";
import { hasVectors } from "./wasm/features.ts";
import { wasm } from "./wasm/index.ts";

let engine: Engine | undefined;

/** The engine of everybody who names none: one per realm, made when it is first needed. */
export const defaultEngine = (): Engine => (engine ??= bestEngine());

/**
 * A new engine that compiles to WebAssembly; on a host without vectors the reference engine, which is slow and right.
 */
export const bestEngine = (): Engine => (hasVectors() ? wasm() : reference());
