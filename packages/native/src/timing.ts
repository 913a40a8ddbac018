import type { Program, Tensor } from "@unroll/core";
import {
  callsOf,
  idleMarks,
  Stopwatch,
  TimedPair,
  type Clock,
  type ProgramMemory,
} from "@unroll/core/engine";
import { instantiate, type Instance } from "./instance.ts";
import { peakLoop } from "./peak.ts";
import type { Workplace } from "./workplace.ts";

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
export interface TimedLibrary {
  readonly timed: TimedPair;
  dispose(): void;
}

export function timedLibrary(
  { program, workplace, memory, instance, runAside }: Loaded,
  clock: Clock,
): TimedLibrary {
  const stopwatch = new Stopwatch(callsOf(program.statements).length, clock);
  const marked = instantiate(program, workplace, memory, (call) => stopwatch.mark(call));
  const timed = new TimedPair(
    {
      plain: instance,
      marked,
      idle: () => marked.idle(idleMarks),
      stopwatch,
      runAside,
      peakLoop: (dtype) => peakLoop(dtype, workplace),
    },
    clock,
  );
  return { timed, dispose: () => marked.dispose() };
}
