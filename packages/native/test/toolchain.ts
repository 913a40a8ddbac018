import { findCompiler } from "../src/toolchain/compiler.ts";
import { checkForeign } from "../src/toolchain/foreign.ts";

/** Why the engine can't be tested here; undefined if it can. */
export function missing(): string | undefined {
  try {
    checkForeign();
    findCompiler(undefined);
    return undefined;
  } catch (error) {
    return (error as Error).message.split("\n")[0];
  }
}
