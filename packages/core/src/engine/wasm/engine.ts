import { StaleError } from "../../tensor/error.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { ThreadCosts } from "../../compiler/plan/effort.ts";
import type { Graph } from "../../graph/graph.ts";
import type { Program } from "../../ir/program.ts";
import type { Engine, Executable, PlanOptions } from "../engine.ts";
import { interpreted } from "../reference/index.ts";
import { guarded } from "../resident/guarded.ts";
import { plan } from "./plan.ts";
import { ConstantPool } from "./memory/constants.ts";
import { scratchSize } from "./contract/packed.ts";
import type { Target } from "./emission.ts";
import { LoadedProgram } from "./executable.ts";
import type { Workplace } from "./instance.ts";
import { EngineMemory, sharedMemory } from "./memory/memory.ts";
import { Residents } from "../resident/resident.ts";
import { Crew } from "./threads/crew.ts";

/** What an engine is made with. */
export interface Settings {
  readonly target: Target;
  /** Absent: one thread. */
  readonly threads?: ThreadCosts;
  /**
   * Milliseconds that a run waits for the workers. Absent: not at all for their start, and a little for their coming.
   */
  readonly patience?: number;
}

/** Ends the workers of engines that nobody has any more. */
const forgotten = new FinalizationRegistry<Crew>((crew) => crew.dispose());

export class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly checks = "none";
  readonly #threads: ThreadCosts | undefined;
  readonly #residents: Residents;
  readonly #workplace: Workplace;
  #disposed = false;

  constructor({ target, threads, patience }: Settings) {
    const shared = threads && sharedMemory();
    const memory = shared ?? new EngineMemory();
    const crew = shared && new Crew(shared, threads.threads, patience);
    if (crew) forgotten.register(this, crew);
    this.#threads = shared && threads;
    const constants = new ConstantPool(memory);
    this.#residents = new Residents(this, memory);
    this.#workplace = {
      memory,
      constants,
      residents: this.#residents,
      target,
      scratch: memory.allocate(scratchSize),
      crew,
    };
  }

  /** Bytes that are taken. */
  get used(): number {
    return this.#workplace.memory.used;
  }

  plan(graph: Graph, options: PlanOptions): Program {
    return plan(graph, options, this.#threads);
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
    if (this.#disposed) throw new StaleError("wasm: the engine was disposed of.");
  }
}
