import {
  StaleError,
  type Engine,
  type Executable,
  type Graph,
  type PlanOptions,
  type Program,
  type Tensor,
} from "@unroll/core";
import { guarded, interpreted, Residents, type ThreadCosts } from "@unroll/core/engine";
import { Crew } from "./crew.ts";
import { LoadedProgram } from "./executable.ts";
import { NativeMemory } from "./memory.ts";
import { plan } from "./plan.ts";
import { scratchBytes } from "./print/contract/blocking.ts";
import type { Compiler } from "./toolchain/compiler.ts";
import { Libraries } from "./toolchain/library.ts";
import type { Workplace } from "./workplace.ts";

/** Ends the threads of engines that nobody has any more. */
const forgotten = new FinalizationRegistry<Crew>((crew) => crew.dispose());

export interface Settings {
  readonly compiler: Compiler;
  /** Whether a multiply-add rounds once. */
  readonly fused: boolean;
  readonly threads: ThreadCosts;
  readonly cache: string | false | undefined;
}

/** The engine itself; `native` says what it is. */
export class NativeEngine implements Engine {
  readonly name = "native";
  readonly checks = "none";
  readonly #threads: ThreadCosts | undefined;
  readonly #residents: Residents;
  readonly #workplace: Workplace;
  #disposed = false;

  constructor({ compiler, fused, threads, cache }: Settings) {
    const memory = new NativeMemory({ apart: compiler.isWatched });
    const libraries = new Libraries(compiler, cache);
    const crew = threads.threads > 1 ? new Crew(libraries, threads.threads) : undefined;
    if (crew) forgotten.register(this, crew);
    this.#threads = crew && threads;
    this.#residents = new Residents(this, memory);
    this.#workplace = {
      memory,
      residents: this.#residents,
      libraries,
      target: { ...compiler.machine, fused },
      scratch: memory.allocate(scratchBytes * threads.threads),
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
