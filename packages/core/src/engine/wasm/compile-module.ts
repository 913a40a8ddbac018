import { InternalError, UnsupportedError } from "../../tensor/error.ts";

/**
 * Bytes as a module.
 *
 * Throws: InternalError when they are no module, which is our mistake; UnsupportedError when the host does not want
 * this one: a page may forbid WebAssembly, and a browser large modules on its main thread.
 */
export function compileModule(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!WebAssembly.validate(bytes))
      throw new InternalError(
        `wasm: a program was written as ${bytes.length} bytes that are no module: ${reason}.`,
      );
    throw new UnsupportedError(
      `wasm: the host did not compile the program, a module of ${bytes.length} bytes: ${reason}.`,
      "Use the reference engine: compile(f, { engine: reference() }).",
    );
  }
}
