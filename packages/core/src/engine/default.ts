import type { Engine } from "./engine.ts";
import { reference } from "./reference/index.ts";

let engine: Engine | undefined;

/** The engine of everybody who names none: one per realm, made when it is first needed. */
export const defaultEngine = (): Engine => (engine ??= reference());
