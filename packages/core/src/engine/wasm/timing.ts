import type { Tensor } from "../../tensor/tensor.ts";
import { callsOf, type Program } from "../../ir/program.ts";
import { Stopwatch } from "../profile/stopwatch.ts";
import type { Clock, TimedProgram, Times } from "../profile/timed.ts";
import type { AfterCall } from "./driver.ts";
import type { ModuleBuilder } from "./encode/module.ts";
import * as i32 from "./encode/opcodes/i32.ts";
import { instantiate, type Instance, type Workplace } from "./instance.ts";
import type { ProgramMemory } from "../resident/program-memory.ts";
import { Peak } from "./peak.ts";

const markName = "mark";

/** How often `idle` marks. */
const idleMarks = 1000;

/** For how many milliseconds the hardware is measured at once. */
const peakTime = 1;

/** Makes a module mark a stopwatch after every call. */
export class Timing {
  readonly imports: Readonly<Record<string, (call: number) => void>>;

  constructor(stopwatch: Stopwatch) {
    this.imports = { [markName]: (call) => stopwatch.mark(call) };
  }

  /** Also exports a function that marks, and does nothing in between: what that takes is not the program's. */
  writeInto(module: ModuleBuilder): AfterCall {
    const callee = module.import(markName, ["i32"], []);
    const mark: AfterCall = (f, call) => f.do([i32.const(call), callee]);
    const idle = module.function([], [], (f) => f.repeat(idleMarks, () => mark(f, 0)));
    module.export("idle", idle);
    return mark;
  }
}

/** A program that has been loaded already. */
export interface Loaded {
  readonly program: Program;
  readonly workplace: Workplace;
  readonly memory: ProgramMemory;
  /** All of it, without marks. */
  readonly instance: Instance;
  /** Run a module of the program on copies of what it would overwrite, and throw the results away. */
  readonly runAside: (run: () => void, inputs: readonly Tensor[]) => void;
}

/** The program as a second module in the memory of the first, with marks between its calls. */
export class TimedModule implements TimedProgram {
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
    const timing = new Timing(this.#stopwatch);
    this.#instance = instantiate(program, workplace, memory, timing);
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
    this.#instance.idle!();
    return this.#stopwatch.times[0]! / idleMarks;
  }

  peak(dtype: "f32" | "f64"): number {
    const peak = this.#peaks.get(dtype) ?? new Peak(dtype, this.#loaded.workplace);
    this.#peaks.set(dtype, peak);
    return peak.measure(peakTime);
  }
}
