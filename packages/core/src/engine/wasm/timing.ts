import type { Tensor } from "../../tensor/tensor.ts";
import { callsOf, type Program } from "../../ir/program.ts";
import { Stopwatch } from "../profile/stopwatch.ts";
import type { Clock } from "../profile/timed.ts";
import { idleMarks, TimedPair, type PeakLoop } from "../profile/timed-pair.ts";
import type { AfterCall } from "./driver.ts";
import type { ModuleBuilder } from "./encode/module.ts";
import * as i32 from "./encode/opcodes/i32.ts";
import { instantiate, type Instance, type Workplace } from "./instance.ts";
import type { ProgramMemory } from "../resident/program-memory.ts";
import { multiplyAdds } from "./peak.ts";

const markName = "mark";

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
export function timedModule(
  { program, workplace, memory, instance, runAside }: Loaded,
  clock: Clock,
): TimedPair {
  const stopwatch = new Stopwatch(callsOf(program.statements).length, clock);
  const marked = instantiate(program, workplace, memory, new Timing(stopwatch));
  const peakLoop = (dtype: "f32" | "f64"): PeakLoop => multiplyAdds(dtype, workplace);
  return new TimedPair(
    { plain: instance, marked, idle: () => marked.idle!(), stopwatch, runAside, peakLoop },
    clock,
  );
}
