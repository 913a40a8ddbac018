import type { Program } from "@unroll/core";
import { callHost, isSharedOut, type HostCall, type ProgramMemory } from "@unroll/core/engine";
import { words } from "./print/driver.ts";
import { printProgram } from "./print/program.ts";
import { callback } from "./toolchain/foreign.ts";
import type { Workplace } from "./workplace.ts";

/** The library of a program, loaded. */
export interface Instance {
  /** How many threads `run` uses. */
  readonly threads: number;
  /** Run the program once. Throws: what a function of JavaScript throws. */
  run(): void;
  /** Only mark, so many times. */
  idle(count: number): void;
  dispose(): void;
}

/** Print, compile and load a program. With `mark`, which is called after every call, by its place in the program. */
export function instantiate(
  program: Program,
  workplace: Workplace,
  memory: ProgramMemory,
  mark?: (call: number) => void,
): Instance {
  const { layout } = memory;
  const { libraries, target, scratch } = workplace;
  const crew = isSharedOut(program.statements) ? workplace.crew : undefined;
  const threads = crew?.threads ?? 1;
  const { text, hosts } = printProgram(program, layout, target, { threads, marks: mark !== undefined });
  const library = libraries.load(text);
  const hostCalls = hosts.length > 0 || mark ? new HostCalls(hosts, memory, workplace, mark) : undefined;
  const told: Told = { [words.own]: layout.own, [words.copies]: scratch };
  if (hostCalls) told[words.host] = hostCalls.address;
  if (crew) [told[words.barrier], told[words.crew]] = [crew.barrier, crew.address];
  const at = layout.table + 8 * layout.external.length;
  for (const [word, value] of Object.entries(told))
    workplace.memory.array("f64", at + 8 * Number(word), 1)[0] = value;
  const dispose = (): void => hostCalls?.dispose();
  const finish = (failed: number): void => {
    if (failed !== 0) hostCalls!.rethrow();
  };
  const idle = (count: number): void => {
    if (mark) library.func("unroll_idle", "int", ["uint64", "int"])(layout.table, count);
  };
  if (!crew || mark) {
    const alone = library.func("unroll_run", "int", ["uint64"]);
    return { threads: 1, run: () => finish(alone(layout.table)), idle, dispose };
  }
  const entry = library.func("unroll_entry", "uint64", [])();
  return { threads, run: () => finish(crew.run(entry, layout.table) ? 1 : 0), idle, dispose };
}

/** Words that a run is told, by their places. */
type Told = Record<number, number>;

/** Functions of JavaScript that a library calls. What they throw waits until the library has returned. */
class HostCalls {
  readonly address: number;
  readonly dispose: () => void;
  #thrown: unknown;

  constructor(
    hosts: readonly HostCall[],
    memory: ProgramMemory,
    { memory: whole }: Workplace,
    mark: ((call: number) => void) | undefined,
  ) {
    const { table, external } = memory.layout;
    const turnsAt = table + 8 * (external.length + words.turns);
    const { address, release } = callback((which) => {
      if (which < 0) {
        mark!(-1 - which);
        return 0;
      }
      try {
        const call = hosts[which]!;
        callHost(call, [...whole.array("f64", turnsAt, call.loops.length)], memory);
        return 0;
      } catch (error) {
        this.#thrown = error;
        return 1;
      }
    });
    this.address = address;
    this.dispose = release;
  }

  rethrow(): never {
    throw this.#thrown;
  }
}
