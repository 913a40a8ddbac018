import { StaleError, type Executable, type Program, type Tensor } from "@unroll/core";
import {
  Placement,
  ProgramMemory,
  type Clock,
  type Footprint,
  type Statement,
  type TimedProgram,
} from "@unroll/core/engine";
import { instantiate, type Instance } from "./instance.ts";
import { words } from "./print/driver.ts";
import { scratchBytes } from "./print/contract/blocking.ts";
import { timedLibrary, type TimedLibrary } from "./timing.ts";
import type { Workplace } from "./workplace.ts";

/** A program with its library and its memory. */
export class LoadedProgram implements Required<Executable> {
  readonly #program: Program;
  readonly #workplace: Workplace;
  readonly #memory: ProgramMemory;
  readonly #placement: Placement;
  #instance: Instance | undefined;
  #timed: TimedLibrary | undefined;

  constructor(program: Program, workplace: Workplace) {
    this.#program = program;
    this.#workplace = workplace;
    this.#memory = new ProgramMemory(program, workplace.memory, words.turns + deepest(program.statements));
    this.#placement = new Placement(program, this.#memory, workplace.residents);
    try {
      this.#instance = instantiate(program, workplace, this.#memory);
    } catch (error) {
      this.#memory.dispose();
      throw error;
    }
  }

  run(inputs: readonly Tensor[], resident?: number, seen?: readonly boolean[]): readonly Tensor[] {
    return this.#placement.around(this.#alive().run, inputs, resident, seen);
  }

  timed(clock: Clock): TimedProgram {
    this.#timed?.dispose();
    this.#timed = timedLibrary(
      {
        program: this.#program,
        workplace: this.#workplace,
        memory: this.#memory,
        instance: this.#alive(),
        runAside: (aside, inputs) => {
          this.#alive();
          this.#placement.aside(aside, inputs);
        },
      },
      clock,
    );
    return this.#timed.timed;
  }

  footprint(): Footprint {
    const { memory, crew } = this.#workplace;
    const scratch = scratchBytes * (crew?.threads ?? 1);
    return { ...this.#memory.footprint(), engine: { taken: memory.used, total: memory.size, scratch } };
  }

  dispose(): void {
    if (!this.#instance) return;
    this.#timed?.dispose();
    this.#instance.dispose();
    this.#memory.dispose();
    this.#instance = undefined;
  }

  #alive(): Instance {
    if (!this.#instance) throw new StaleError("native: the program was disposed of.");
    return this.#instance;
  }
}

/** How many loops are inside of each other. */
const deepest = (statements: readonly Statement[]): number =>
  Math.max(0, ...statements.map((s) => (s.kind === "loop" ? 1 + deepest(s.body) : 0)));
