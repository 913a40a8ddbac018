import { StaleError } from "../../tensor/error.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Program } from "../../ir/program.ts";
import type { Executable } from "../engine.ts";
import type { Footprint } from "../memory/footprint.ts";
import type { Clock, TimedProgram } from "../profile/timed.ts";
import { Placement } from "../resident/placement.ts";
import { ProgramMemory } from "../resident/program-memory.ts";
import { scratchSize } from "./contract/packed.ts";
import { instantiate, type Instance, type Workplace } from "./instance.ts";
import { timedModule } from "./timing.ts";

/** A program with its module and its memory. */
export class LoadedProgram implements Required<Executable> {
  readonly #program: Program;
  readonly #workplace: Workplace;
  readonly #memory: ProgramMemory;
  readonly #placement: Placement;
  #instance: Instance | undefined;

  constructor(program: Program, workplace: Workplace) {
    this.#program = program;
    this.#workplace = workplace;
    this.#memory = new ProgramMemory(program, workplace.memory);
    this.#placement = new Placement(program, this.#memory, workplace.residents);
    try {
      this.#instance = instantiate(program, workplace, this.#memory);
    } catch (error) {
      this.#memory.dispose();
      throw error;
    }
  }

  run(inputs: readonly Tensor[], resident?: number, seen?: readonly boolean[]): readonly Tensor[] {
    const instance = this.#alive();
    return this.#placement.around(() => instance.run(), inputs, resident, seen);
  }

  timed(clock: Clock): TimedProgram {
    return timedModule(
      {
        program: this.#program,
        workplace: this.#workplace,
        memory: this.#memory,
        instance: this.#alive(),
        runAside: (run, inputs) => {
          this.#alive();
          this.#placement.aside(run, inputs);
        },
      },
      clock,
    );
  }

  footprint(): Footprint {
    const { memory, crew } = this.#workplace;
    const scratch = scratchSize + (crew?.scratch ?? 0);
    return { ...this.#memory.footprint(), engine: { taken: memory.used, total: memory.size, scratch } };
  }

  #alive(): Instance {
    if (!this.#instance) throw new StaleError("wasm: the program was disposed of.");
    return this.#instance;
  }

  dispose(): void {
    if (!this.#instance) return;
    this.#instance.dispose();
    this.#memory.dispose();
    this.#instance = undefined;
  }
}
