import { callsOf, type Program } from "../../ir/program.ts";
import { Stopwatch } from "../profile/stopwatch.ts";
import type { Clock, TimedProgram } from "../profile/timed.ts";
import { interpreter } from "./interpret.ts";

/** How many marks are timed together. */
const idleMarks = 1000;

/** A program that is interpreted with marks between its calls. */
export function timedInterpreter(program: Program, clock: Clock): TimedProgram {
  const calls = callsOf(program.statements);
  const places = new Map(calls.map((call, place) => [call, place]));
  const stopwatch = new Stopwatch(calls.length, clock);
  const marked = interpreter(program, (call) => stopwatch.mark(places.get(call)!));
  const plain = interpreter(program);
  return {
    run(inputs) {
      stopwatch.start();
      marked(inputs);
      const start = clock();
      plain(inputs);
      return { calls: [...stopwatch.times], whole: clock() - start };
    },
    overhead() {
      stopwatch.start();
      for (let i = 0; i < idleMarks; i++) stopwatch.mark(0);
      return stopwatch.times[0]! / idleMarks;
    },
  };
}
