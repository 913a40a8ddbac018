import { StaleError, UnsupportedError } from "../../tensor/error.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Program } from "../../ir/program.ts";
import type { Engine, Executable } from "../engine.ts";
import { interpreted } from "../reference/index.ts";
import { plan } from "./plan.ts";
import { ConstantPool } from "./memory/constants.ts";
import { scratchSize } from "./contract/packed.ts";
import type { Target } from "./emission.ts";
import { LoadedProgram } from "./executable.ts";
import { hasRelaxed, hasVectors, keepsOrder } from "./features.ts";
import type { Workplace } from "./instance.ts";
import { EngineMemory } from "./memory/memory.ts";
import { Residents } from "./memory/resident.ts";

export interface WasmOptions {
  /**
   * Whether a multiply-add may round once, which is faster. Results then depend on the host. Default: if the host can.
   */
  readonly relaxed?: boolean;
}

/**
 * The engine that compiles programs to WebAssembly with vectors of 128 bits.
 *
 * With `relaxed: false` results are the same to the bit on every host. Programs that are planned with checks run on the
 * reference engine, which is slow.
 *
 * Throws: UnsupportedError when the host has no WebAssembly with vectors.
 */
export function wasm(options: WasmOptions = {}): Engine {
  if (!hasVectors())
    throw new UnsupportedError(
      "wasm: this host has no WebAssembly with 128-bit vectors.",
      "Use the reference engine: compile(f, { engine: reference() }).",
    );
  const relaxed = options.relaxed ?? hasRelaxed();
  if (relaxed && !hasRelaxed())
    throw new UnsupportedError(
      "wasm: this host has no relaxed multiply-add.",
      "Leave `relaxed` out, and it is used where there is one.",
    );
  return new WasmEngine({ relaxed, keepsOrder: keepsOrder() });
}

class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly checks = "none";
  readonly plan = plan;
  readonly #residents: Residents;
  readonly #workplace: Workplace;
  #disposed = false;

  constructor(target: Target) {
    const memory = new EngineMemory();
    const constants = new ConstantPool(memory);
    this.#residents = new Residents(this, memory);
    this.#workplace = {
      memory,
      constants,
      residents: this.#residents,
      target,
      scratch: memory.allocate(scratchSize),
    };
  }

  load(program: Program): Executable {
    this.#checkAlive();
    const loaded: Required<Executable> =
      program.checks === "none" ? new LoadedProgram(program, this.#workplace) : interpreted(program);
    return {
      run: (inputs, resident) => {
        this.#checkAlive();
        return loaded.run(inputs, resident);
      },
      timed: (clock) => {
        this.#checkAlive();
        return loaded.timed(clock);
      },
      footprint: () => loaded.footprint(),
      dispose: () => loaded.dispose(),
    };
  }

  store(tensor: Tensor): Tensor {
    this.#checkAlive();
    return this.#residents.store(tensor);
  }

  dispose(): void {
    this.#disposed = true;
    this.#residents.dispose();
  }

  #checkAlive(): void {
    if (this.#disposed) throw new StaleError("wasm: the engine was disposed of.");
  }
}
