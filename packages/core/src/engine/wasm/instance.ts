import type { Program } from "../../ir/program.ts";
import type { ConstantPool } from "./memory/constants.ts";
import { compileModule } from "./compile-module.ts";
import { scratchName } from "./contract/packed.ts";
import { effortOfAll, isSharedOut } from "../../compiler/plan/effort.ts";
import { shareName, writeDriver } from "./driver.ts";
import type { Target } from "./emission.ts";
import { importedFunctions, isImported } from "./body/imported.ts";
import type { EngineMemory } from "./memory/memory.ts";
import { maySleepName } from "./threads/barrier.ts";
import { maySleep, type Crew } from "./threads/crew.ts";
import { ModuleBuilder } from "./encode/module.ts";
import { callHost } from "../resident/call-host.ts";
import type { Timing } from "./timing.ts";
import type { ProgramMemory } from "../resident/program-memory.ts";
import type { Residents } from "../resident/resident.ts";

/** What the programs of an engine share. */
export interface Workplace {
  readonly memory: EngineMemory;
  readonly constants: ConstantPool;
  readonly residents: Residents;
  readonly target: Target;
  /** The address of what kernels may use while they run. */
  readonly scratch: number;
  /** The other threads, if there are any. */
  readonly crew: Crew | undefined;
}

/** A program that is ready to run. */
export interface Instance {
  /** How many threads `run` uses, if they come. */
  readonly threads: number;
  run(): void;
  /** Where times are taken; see `Timing`. */
  readonly idle?: (() => void) | undefined;
  dispose(): void;
}

/**
 * The module of a program, compiled and given all that it imports. With `timing` it marks times, and runs on one
 * thread.
 */
export function instantiate(
  program: Program,
  workplace: Workplace,
  at: ProgramMemory,
  timing?: Timing,
): Instance {
  const { memory, constants, target, scratch } = workplace;
  const crew = timing || !isSharedOut(program.statements) ? undefined : workplace.crew;
  const builder = new ModuleBuilder({ ...memory.type, pages: 1 });
  const options = { sharing: crew, afterCall: timing?.writeInto(builder) };
  const hosts = writeDriver({ module: builder, constants, target }, program, at.layout, options);
  const calls = hosts.map((call) => [call.name, (...turns: number[]) => callHost(call, turns, at)]);
  const given = { memory: memory.memory, [scratchName]: scratch, [maySleepName]: Number(maySleep()) };
  const unroll = { ...importedFunctions(), ...Object.fromEntries(calls), ...given, ...timing?.imports };
  const module = compileModule(builder.encode());
  const exports = new WebAssembly.Instance(module, { unroll }).exports as unknown as Exports;
  const { run, idle } = exports;
  if (!crew || callsFunctions(module)) return { threads: 1, run, idle, dispose: () => undefined };
  const inCrew = crew.add(module, { share: exports[shareName(0)]!, barrier: exports.barrier });
  const patience = patienceFor(program, crew.threads);
  return {
    threads: crew.threads,
    run() {
      if (!crew.run(inCrew, patience)) run();
    },
    dispose: () => crew.remove(inCrew),
  };
}

/** What a module exports; the shares and the barrier, if it is for several threads. */
interface Exports {
  readonly run: () => void;
  readonly idle?: () => void;
  barrier(): number;
  [share: `run.${number}`]: () => void;
}

/** Whether a module has kernels that call JavaScript, which the other threads do not have. */
const callsFunctions = (module: WebAssembly.Module): boolean =>
  WebAssembly.Module.imports(module).some(({ name }) => isImported(name));

/** Milliseconds to wait for the other threads to come: what waking up takes, or an eighth of a run at 3 GHz. */
const patienceFor = ({ statements, kernels }: Program, threads: number): number =>
  Math.max(0.1, effortOfAll(statements, kernels, { threads, barrier: 0 }) / 3e6 / 8);
