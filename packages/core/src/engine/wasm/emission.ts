import type { ConstantPool } from "./constants.ts";
import type { ModuleBuilder } from "./module.ts";

/** What all functions of a module are written with. */
export interface Emission {
  readonly module: ModuleBuilder;
  readonly constants: ConstantPool;
  /** Whether a product and a sum may be one instruction that rounds once. */
  readonly relaxed: boolean;
}
