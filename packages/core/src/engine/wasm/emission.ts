import type { ConstantPool } from "./memory/constants.ts";
import type { ModuleBuilder } from "./encode/module.ts";

/** What the code is written for. */
export interface Target {
  /** Whether a product and a sum may be one instruction that rounds once. */
  readonly relaxed: boolean;
  /** Whether the host's compiler leaves instructions in their order; see `keepsOrder`. */
  readonly keepsOrder: boolean;
}

/** What all functions of a module are written with. */
export interface Emission {
  readonly module: ModuleBuilder;
  readonly constants: ConstantPool;
  readonly target: Target;
}
