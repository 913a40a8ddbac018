import type { Program, Tensor } from "@unroll/core";
import {
  callsOf,
  Stopwatch,
  type Clock,
  type ProgramMemory,
  type TimedProgram,
  type Times,
} from "@unroll/core/engine";
import { instantiate, type Instance } from "./instance.ts";
import { Peak } from "./peak.ts";
import type { Workplace } from "./workplace.ts";

/** How often `unroll_idle` marks. */
const idleMarks = 1000;

/** For how many milliseconds the hardware is measured at once. */
const peakTime = 1;

/** A program that has been loaded already. */
export interface Loaded {
  readonly program: Program;
  readonly workplace: Workplace;
  readonly memory: ProgramMemory;
  /** All of it, without marks. */
  readonly instance: Instance;
  /** Run the program on copies of what it would overwrite, and throw the results away. */
  readonly runAside: (run: () => void, inputs: readonly Tensor[]) => void;
}

/** The program as a second library on the memory of the first, with marks between its calls. */
export class TimedLibrary implements TimedProgram {
  readonly #loaded: Loaded;
  readonly #clock: Clock;
  readonly #stopwatch: Stopwatch;
  readonly #instance: Instance;
  readonly #peaks = new Map<"f32" | "f64", Peak>();

  constructor(loaded: Loaded, clock: Clock) {
    const { program, workplace, memory } = loaded;
    this.#loaded = loaded;
    this.#clock = clock;
    this.#stopwatch = new Stopwatch(callsOf(program.statements).length, clock);
    this.#instance = instantiate(program, workplace, memory, (call) => this.#stopwatch.mark(call));
  }

  get threads(): number {
    return this.#loaded.instance.threads;
  }

  run(inputs: readonly Tensor[]): Times {
    const { runAside } = this.#loaded;
    let whole = 0;
    runAside(() => {
      this.#stopwatch.start();
      this.#instance.run();
    }, inputs);
    runAside(() => {
      const start = this.#clock();
      this.#loaded.instance.run();
      whole = this.#clock() - start;
    }, inputs);
    return { calls: [...this.#stopwatch.times], whole };
  }

  overhead(): number {
    this.#stopwatch.start();
    this.#instance.idle(idleMarks);
    return this.#stopwatch.times[0]! / idleMarks;
  }

  peak(dtype: "f32" | "f64"): number {
    const peak = this.#peaks.get(dtype) ?? new Peak(dtype, this.#loaded.workplace);
    this.#peaks.set(dtype, peak);
    return peak.measure(peakTime);
  }

  dispose(): void {
    this.#instance.dispose();
  }
}
