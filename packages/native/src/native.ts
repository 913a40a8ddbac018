import {
  StaleError,
  UnsupportedError,
  type Engine,
  type Executable,
  type Graph,
  type PlanOptions,
  type Program,
  type Tensor,
} from "@unroll/core";
import { guarded, interpreted, Residents } from "@unroll/core/engine";
import { Crew } from "./crew.ts";
import { LoadedProgram } from "./executable.ts";
import { NativeMemory } from "./memory.ts";
import { plan } from "./plan.ts";
import { scratchBytes } from "./print/contract/blocking.ts";
import { findCompiler, type Compiler } from "./toolchain/compiler.ts";
import { checkForeign } from "./toolchain/foreign.ts";
import { Libraries } from "./toolchain/library.ts";
import type { Workplace } from "./workplace.ts";

export interface NativeOptions {
  /** How many threads a program may use, the calling one among them. Default: 1. */
  readonly threads?: number;
  /**
   * Whether a multiply-add may round once, which is faster. Results then depend on the processor. Default: if the
   * processor can.
   */
  readonly relaxed?: boolean;
  /** The command of the C compiler. Default: what `CC` says, or the first of cc, gcc and clang that runs. */
  readonly compiler?: string;
  /**
   * The folder in which compiled programs are kept, or `false` for none. Default: what `UNROLL_CACHE` says, or the user's
   * folder for such things; see `docs/native.md`.
   */
  readonly cache?: string | false;
}

/**
 * The engine that prints programs as C, has the system's compiler compile them for this processor, and loads them.
 *
 * With `relaxed: false` contractions and elementwise results have the bits of the reference engine's arithmetic, up to
 * the functions that are expanded. Results do not depend on the number of threads. Programs that are planned with checks
 * run on the reference engine, which is slow.
 *
 * Throws: UnsupportedError when there is no compiler, when koffi can't be loaded, or on Windows.
 */
export function native(options: NativeOptions = {}): Engine {
  const { threads = 1, relaxed } = options;
  if (!Number.isInteger(threads) || threads < 1)
    throw new UnsupportedError(`native: ${threads} is no number of threads.`, "Ask for one or more.");
  if (process.platform === "win32")
    throw new UnsupportedError("native: Windows is not supported.", "Use the WebAssembly engine.");
  checkForeign();
  const compiler = findCompiler(options.compiler);
  if (relaxed === true && !compiler.canFuse)
    throw new UnsupportedError(
      "native: this processor has no multiply-add that rounds once.",
      "Leave `relaxed` out, and it is used where there is one.",
    );
  return new NativeEngine(compiler, relaxed ?? compiler.canFuse, threads, options.cache);
}

/** Ends the threads of engines that nobody has any more. */
const forgotten = new FinalizationRegistry<Crew>((crew) => crew.dispose());

class NativeEngine implements Engine {
  readonly name = "native";
  readonly checks = "none";
  readonly #threads: number;
  readonly #residents: Residents;
  readonly #workplace: Workplace;
  #disposed = false;

  constructor(compiler: Compiler, fused: boolean, threads: number, cache: string | false | undefined) {
    const memory = new NativeMemory({ apart: compiler.isWatched });
    const libraries = new Libraries(compiler, cache);
    const crew = threads > 1 ? new Crew(libraries, threads) : undefined;
    if (crew) forgotten.register(this, crew);
    this.#threads = threads;
    this.#residents = new Residents(this, memory);
    this.#workplace = {
      memory,
      residents: this.#residents,
      libraries,
      target: { ...compiler.machine, fused },
      scratch: memory.allocate(scratchBytes * threads),
      crew,
    };
  }

  plan(graph: Graph, options: PlanOptions): Program {
    return plan(graph, options, this.#workplace.target, this.#threads);
  }

  load(program: Program): Executable {
    this.#checkAlive();
    const loaded: Required<Executable> =
      program.checks === "none" ? new LoadedProgram(program, this.#workplace) : interpreted(program);
    return guarded(loaded, () => this.#checkAlive());
  }

  store(tensor: Tensor): Tensor {
    this.#checkAlive();
    return this.#residents.store(tensor);
  }

  dispose(): void {
    this.#disposed = true;
    this.#workplace.crew?.dispose();
    this.#residents.dispose();
  }

  #checkAlive(): void {
    if (this.#disposed) throw new StaleError("native: the engine was disposed of.");
  }
}
